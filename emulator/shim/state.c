// libcrun writes the state of a container to a file, and the process that has just written it reads it three times: once for the
// engine, twice when the container has ended, each time with the JSON parser. What this process wrote it remembers. The linker
// puts these functions in the place of libcrun's (--wrap).
#include <stdlib.h>
#include <string.h>

#include "crun-library.h"

typedef libcrun_container_status_t status_t;

int __real_libcrun_write_container_status(const char *state_root, const char *id, status_t *status, libcrun_error_t *err);
int __wrap_libcrun_write_container_status(const char *state_root, const char *id, status_t *status, libcrun_error_t *err);
int __real_libcrun_read_container_status(status_t *status, const char *state_root, const char *id, libcrun_error_t *err);
int __wrap_libcrun_read_container_status(status_t *status, const char *state_root, const char *id, libcrun_error_t *err);

/** Nothing is known while it has no number. */
static status_t known;

static char *copy_text(const char *text) {
  char *copy = text ? strdup(text) : NULL;
  if (text && !copy) abort();
  return copy;
}

/** As the file has it: an empty control group is an empty text there. */
static status_t copy_status(const status_t *from) {
  status_t copy = *from;
  copy.cgroup_path = copy_text(from->cgroup_path ? from->cgroup_path : "");
  copy.scope = copy_text(from->scope ? from->scope : "");
  copy.rootfs = copy_text(from->rootfs);
  copy.bundle = copy_text(from->bundle);
  copy.created = copy_text(from->created);
  copy.owner = copy_text(from->owner);
  copy.external_descriptors = copy_text(from->external_descriptors);
  return copy;
}

int __wrap_libcrun_write_container_status(const char *state_root, const char *id, status_t *status, libcrun_error_t *err) {
  int result = __real_libcrun_write_container_status(state_root, id, status, err);
  // A shim has one container.
  if (known.pid) libcrun_free_container_status(&known);
  known = result < 0 ? (status_t){0} : copy_status(status);
  return result;
}

int __wrap_libcrun_read_container_status(status_t *status, const char *state_root, const char *id, libcrun_error_t *err) {
  if (!known.pid) return __real_libcrun_read_container_status(status, state_root, id, err);
  *status = copy_status(&known);
  return 0;
}
