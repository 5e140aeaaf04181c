// stat: one file's attributes, and where its links lead.
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tree.h"

#define MAX_LINKS 255

/** Puts `part` before what is still to be walked. */
static int prepend(char *ahead, const char *part) {
  char joined[2 * PATH_MAX];
  int length = snprintf(joined, sizeof(joined), "%s/%s", part, ahead);
  if (length < 0 || length >= PATH_MAX) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(ahead, joined);
  return 0;
}

/**
 * Follows every link of `path`. What does not exist is taken as it stands, unless `must_exist`.
 * @return 0, or -1 with errno
 */
static int follow(const char *path, bool must_exist, char resolved[PATH_MAX]) {
  char ahead[2 * PATH_MAX] = "";
  if (strlen(path) >= PATH_MAX) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(ahead, path);
  size_t length = 0;
  resolved[0] = 0;
  if (*path != '/') {
    if (!getcwd(resolved, PATH_MAX)) return -1;
    length = strcmp(resolved, "/") == 0 ? 0 : strlen(resolved);
  }
  for (int links = 0; *ahead;) {
    char *part = ahead + strspn(ahead, "/");
    size_t bytes = strcspn(part, "/");
    if (bytes == 0) break;
    char name[NAME_MAX + 1];
    if (bytes > NAME_MAX || length + 1 + bytes >= PATH_MAX) {
      errno = ENAMETOOLONG;
      return -1;
    }
    memcpy(name, part, bytes);
    name[bytes] = 0;
    memmove(ahead, part + bytes, strlen(part + bytes) + 1);
    if (strcmp(name, ".") == 0) continue;
    if (strcmp(name, "..") == 0) {
      while (length > 0 && resolved[--length] != '/') continue;
      resolved[length] = 0;
      continue;
    }
    size_t before = length;
    resolved[length++] = '/';
    strcpy(resolved + length, name);
    length += bytes;
    char target[PATH_MAX];
    ssize_t count = readlink(resolved, target, sizeof(target) - 1);
    if (count < 0 && errno == EINVAL) continue;
    if (count < 0 && must_exist) return -1;
    if (count < 0) continue;
    target[count] = 0;
    if (++links > MAX_LINKS) {
      errno = ELOOP;
      return -1;
    }
    length = *target == '/' ? 0 : before;
    resolved[length] = 0;
    if (prepend(ahead, target) < 0) return -1;
  }
  if (length == 0) strcpy(resolved, "/");
  return 0;
}

static bool asserts_directory(const char *path) {
  size_t length = strlen(path);
  return length > 0 && (path[length - 1] == '/' || (length > 1 && strcmp(path + length - 2, "/.") == 0));
}

int tree_stat(const char *path, bool follow_last, struct error *err) {
  char resolved[PATH_MAX] = "", whole[PATH_MAX + 2];
  const char *at = path;
  if (follow_last) {
    if (follow(path, true, resolved) < 0) return fail_go(err, errno, "lstat %s", *resolved ? resolved : path);
    snprintf(whole, sizeof(whole), "%s%s", resolved, asserts_directory(path) ? "/" : "");
    at = whole;
  }
  struct stat found;
  if (lstat(at, &found) < 0) return fail_go(err, errno, "lstat %s", at);
  if (!follow_last && S_ISLNK(found.st_mode) && follow(path, false, resolved) < 0)
    return fail_go(err, errno, "lstat %s", path);
  printf("%o%c%llu%c%lld%c%ld%c%s%c", (unsigned)found.st_mode, 0, (unsigned long long)found.st_size, 0,
         (long long)found.st_mtim.tv_sec, 0, found.st_mtim.tv_nsec, 0, resolved, 0);
  return fflush(stdout) < 0 ? fail_go(err, errno, "write /dev/stdout") : 0;
}
