// libcrun looks for SELinux in the list of all mounts, which grows with each container and takes 0.2 million instructions even
// without any. The guest's kernel is built without it, so an empty file says the same: the linker puts this function in the
// place of libc's (--wrap).
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

int __wrap_open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = va_arg(list, mode_t);
  va_end(list);
  return __real_open(strcmp(path, "/proc/mounts") == 0 ? "/dev/null" : path, flags, mode);
}
