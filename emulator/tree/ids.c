// Owners in archives are those that a container sees; on the host its files belong to others (user_namespaces(7)). Archives of
// a container with a user namespace must not tell, nor depend on, which.
#include "ids.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tree.h"

#define MAX_RANGES 16
/** Who owns what a container has no id for, as the kernel shows it there. */
#define NOBODY 65534

struct id_map {
  size_t count;
  struct id_range {
    unsigned inside, outside, ids;
  } ranges[MAX_RANGES];
};

static struct id_map users, groups;

static int parse(struct id_map *map, const char *text) {
  map->count = 0;
  for (int length; *text; text += length) {
    if (map->count == MAX_RANGES) return -1;
    struct id_range *range = &map->ranges[map->count++];
    if (sscanf(text, "%u %u %u%n", &range->inside, &range->outside, &range->ids, &length) != 3) return -1;
    length += (int)strspn(text + length, "\n");
  }
  return 0;
}

int ids_use(const char *uids, const char *gids, struct error *err) {
  if (parse(&users, uids) == 0 && parse(&groups, gids) == 0) return 0;
  return fail(err, EINVAL, "Cannot map ids by \"%s\" and \"%s\"", uids, gids);
}

static unsigned inside(const struct id_map *map, unsigned id) {
  if (map->count == 0) return id;
  for (const struct id_range *range = map->ranges; range < map->ranges + map->count; range++)
    if (id - range->outside < range->ids) return range->inside + (id - range->outside);
  return NOBODY;
}

static int outside(const struct id_map *map, unsigned *id, struct error *err) {
  if (map->count == 0) return 0;
  for (const struct id_range *range = map->ranges; range < map->ranges + map->count; range++) {
    if (*id - range->inside >= range->ids) continue;
    *id = range->outside + (*id - range->inside);
    return 0;
  }
  return fail_text(err, EINVAL, "container ID %u cannot be mapped to a host ID", *id);
}

unsigned ids_user_inside(unsigned uid) { return inside(&users, uid); }
unsigned ids_group_inside(unsigned gid) { return inside(&groups, gid); }

int ids_outside(unsigned *uid, unsigned *gid, struct error *err) {
  return outside(&users, uid, err) < 0 ? -1 : outside(&groups, gid, err);
}
