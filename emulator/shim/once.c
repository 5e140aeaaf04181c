// libcrun makes sure of the same directory before each look at its state, twelve times for a container, and hands the same
// controllers down to the same control group twice. Here the second time is left out: nobody takes away in between what this
// process has just made sure of. The linker puts these functions in the place of libcrun's (--wrap).
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "crun-library.h"

int __real_crun_ensure_directory(const char *path, int mode, bool nofollow, libcrun_error_t *err);
int __wrap_crun_ensure_directory(const char *path, int mode, bool nofollow, libcrun_error_t *err);
int __real_enable_controllers(const char *path, libcrun_error_t *err);
int __wrap_enable_controllers(const char *path, libcrun_error_t *err);

/** Whether the last success was with this path. */
static bool is_done(const char *done, const char *path) { return strcmp(done, path) == 0; }

static void keep(char *done, int result, const char *path) {
  if (result < 0 || snprintf(done, PATH_MAX, "%s", path) >= PATH_MAX) done[0] = 0;
}

int __wrap_crun_ensure_directory(const char *path, int mode, bool nofollow, libcrun_error_t *err) {
  static char done[PATH_MAX];
  // The control group's directory is asked for with `nofollow`, and only once.
  if (nofollow) return __real_crun_ensure_directory(path, mode, nofollow, err);
  if (is_done(done, path)) return 0;
  int result = __real_crun_ensure_directory(path, mode, nofollow, err);
  keep(done, result, path);
  return result;
}

int __wrap_enable_controllers(const char *path, libcrun_error_t *err) {
  static char done[PATH_MAX];
  if (is_done(done, path)) return 0;
  int result = __real_enable_controllers(path, err);
  keep(done, result, path);
  return result;
}
