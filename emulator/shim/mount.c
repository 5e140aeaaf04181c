// Two kinds of mount(2) of libcrun change nothing, and are a third of those that it does for a container, each a walk down a
// path and two of them over all mounts. The linker puts this function in the place of libc's (--wrap).
//
// Propagation: once "/" was made private with all below it, a mount made in this namespace is private, too, until one is made
// shared or a slave, or comes from elsewhere (mount_namespaces(7)).
// A remount of a bind mount without any flag would only take away what it has from its source (`nosuid` of a learner's disk):
// runc leaves that as it is, and so does Docker.
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>

#include "mount.h"

#define PROPAGATION (MS_PRIVATE | MS_SHARED | MS_SLAVE | MS_UNBINDABLE)

int __real_mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int __wrap_mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);

static bool all_private;

void mount_from_elsewhere(void) { all_private = false; }

int __wrap_mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data) {
  bool makes_private = (flags & ~(unsigned long)MS_REC) == MS_PRIVATE;
  if (makes_private && all_private) return 0;
  if (flags == (MS_REMOUNT | MS_BIND) && !data) return 0;
  int result = __real_mount(source, target, type, flags, data);
  if (result == 0 && makes_private && (flags & MS_REC) && strcmp(target, "/") == 0) all_private = true;
  if ((flags & PROPAGATION) && !makes_private) all_private = false;
  return result;
}
