// Removal of whole trees.
#pragma once

#include "error.h"

/** Removes a file, a symbolic link or a tree; 0 when it is not there. A mount point inside stops it with EBUSY. */
int remove_tree(const char *path, struct error *err);
