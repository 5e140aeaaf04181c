// A root file system with its mounts, as a container would see it, for this process alone.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "../lib-c/error.h"

struct view_mount {
  const char *source, *target;
  bool read_only;
};

struct view {
  /** NULL: the file system as it is. */
  const char *root;
  struct view_mount mounts[256];
  size_t count;
};

/** Reads the view's arguments. @return the first argument after them; NULL when they are malformed */
char **view_arguments(struct view *view, char **args, struct error *err);
/** Makes it our root directory, in a mount namespace that ends with us. */
int view_enter(const struct view *view, struct error *err);
/** A mount namespace of our own: what we mount is seen by nobody else and goes with us. */
int own_mounts(struct error *err);
