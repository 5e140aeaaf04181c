// Ids of a container and of the host. Without a map they are the same.
#pragma once

#include "../lib-c/error.h"

/** Maps as in /proc/<pid>/uid_map: "INSIDE OUTSIDE COUNT", a line each. */
int ids_use(const char *uids, const char *gids, struct error *err);
/** An id without a place in the map is nobody's. */
unsigned ids_user_inside(unsigned uid);
unsigned ids_group_inside(unsigned gid);
/** @return -1 when the map has no place for one of them */
int ids_outside(unsigned *uid, unsigned *gid, struct error *err);
