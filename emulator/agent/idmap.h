// Mounts that show other owners than their file system has.
#pragma once

#include "../lib-c/error.h"
#include "protocol.h"

int idmap_serve(const struct agent_idmap *request, struct error *err);
