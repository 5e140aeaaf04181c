// usage: what a tree takes on disk, as `docker ps --size` counts it.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "tree.h"

static int add(int fd, struct inodes *inodes, unsigned long long *bytes) {
  __attribute__((cleanup(names_free))) struct names names;
  if (names_read(fd, &names) < 0) return -1;
  for (size_t i = 0; i < names.count; i++) {
    struct stat found;
    if (fstatat(fd, names.items[i], &found, AT_SYMLINK_NOFOLLOW) < 0) {
      // Somebody works in there.
      if (errno == ENOENT) continue;
      return -1;
    }
    if (!S_ISDIR(found.st_mode)) {
      if (found.st_nlink == 1 || !inodes_meet(inodes, &found, "")) *bytes += (unsigned long long)found.st_size;
      continue;
    }
    AUTO_CLOSE int child = openat(fd, names.items[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (child < 0 && errno == ENOENT) continue;
    if (child < 0 || add(child, inodes, bytes) < 0) return -1;
  }
  return 0;
}

int tree_usage(const char *path, struct error *err) {
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fail_go(err, errno, "open %s", path);
  unsigned long long bytes = 0;
  struct inodes *inodes = inodes_new();
  int result = add(fd, inodes, &bytes);
  inodes_free(inodes);
  if (result < 0) return fail_go(err, errno, "read %s", path);
  printf("%llu", bytes);
  return fflush(stdout) < 0 ? fail_go(err, errno, "write /dev/stdout") : 0;
}
