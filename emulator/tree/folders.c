// Folders as the client's own stores need them: what is in one, and one gone with all below it.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "tree.h"

int tree_list(const char *path, struct error *err) {
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fail_go(err, errno, "open %s", path);
  __attribute__((cleanup(names_free))) struct names names;
  if (names_read(fd, &names) < 0) return fail_go(err, errno, "read %s", path);
  for (size_t i = 0; i < names.count; i++) {
    fputs(names.items[i], stdout);
    putchar('\0');
  }
  return fflush(stdout) < 0 ? fail_go(err, errno, "write /dev/stdout") : 0;
}

int tree_make(const char *path, const char *mode, struct error *err) {
  char part[PATH_MAX];
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof(part)) return fail_go(err, length ? ENAMETOOLONG : ENOENT, "mkdir %s", path);
  mode_t bits = (mode_t)strtoul(mode, NULL, 8);
  for (size_t end = 1; end <= length; end++) {
    if (path[end] != '/' && path[end] != '\0') continue;
    memcpy(part, path, end);
    part[end] = '\0';
    if (mkdir(part, bits) == 0) continue;
    struct stat found;
    if (errno != EEXIST || stat(part, &found) < 0) return fail_go(err, errno, "mkdir %s", part);
    if (!S_ISDIR(found.st_mode)) return fail_go(err, ENOTDIR, "mkdir %s", part);
  }
  return 0;
}

/** @return 0, also when there is no such thing (any more), or -1 with errno */
static int remove_at(int folder, const char *name) {
  if (unlinkat(folder, name, 0) == 0 || errno == ENOENT) return 0;
  // What unlink says of a directory.
  if (errno != EISDIR && errno != EPERM) return -1;
  int refused = errno;
  AUTO_CLOSE int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) return 0;
    if (errno == ENOTDIR) errno = refused;
    return -1;
  }
  __attribute__((cleanup(names_free))) struct names names;
  if (names_read(fd, &names) < 0) return -1;
  for (size_t i = 0; i < names.count; i++) {
    if (remove_at(fd, names.items[i]) < 0) return -1;
  }
  return unlinkat(folder, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -1 : 0;
}

int tree_remove(const char *path, struct error *err) {
  return remove_at(AT_FDCWD, path) < 0 ? fail_go(err, errno, "unlinkat %s", path) : 0;
}
