// Targets of mounts are looked up inside the root (openat2(2), RESOLVE_IN_ROOT), so that a link in a container's files never
// makes us mount anything over the host's. Missing ones are made, as they are when a container starts.
#include "view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "tree.h"

#define FD_PATH_BYTES 32

char **view_arguments(struct view *view, char **args, struct error *err) {
  for (;;) {
    if (*args && strcmp(*args, "--root") == 0 && args[1]) {
      view->root = args[1];
      args += 2;
    } else if (*args && strcmp(*args, "--mount") == 0 && args[1] && args[2] && args[3]) {
      if (view->count == sizeof(view->mounts) / sizeof(*view->mounts)) {
        fail_text(err, E2BIG, "Cannot mount more than %zu volumes", view->count);
        return NULL;
      }
      view->mounts[view->count++] =
          (struct view_mount){.source = args[1], .target = args[2], .read_only = strcmp(args[3], "ro") == 0};
      args += 4;
    } else {
      return args;
    }
  }
}

static int open_inside(int root, const char *path) {
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
  return (int)RETRY(syscall(SYS_openat2, root, *path ? path : ".", &how, sizeof(how)));
}

/** Opens `path` below the root and makes what is missing of it; the last part a directory or an empty file. */
static int make_inside(int root, const char *path, bool directory) {
  char prefix[PATH_MAX];
  if (strlen(path) >= sizeof(prefix)) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(prefix, path);
  AUTO_CLOSE int parent = open_inside(root, "/");
  for (char *at = prefix; *at;) {
    at += strspn(at, "/");
    char *end = at + strcspn(at, "/");
    if (end == at) break;
    char next = *end;
    *end = 0;
    int found = open_inside(root, prefix);
    if (found < 0 && errno == ENOENT) {
      bool last = next == 0 || end[1 + strspn(end + 1, "/")] == 0;
      if (last && !directory) {
        AUTO_CLOSE int made = openat(parent, at, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0755);
        if (made < 0) return -1;
      } else if (mkdirat(parent, at, 0755) < 0) {
        return -1;
      }
      found = open_inside(root, prefix);
    }
    if (found < 0) return -1;
    close_fd(&parent);
    parent = found;
    *end = next;
    at = end;
  }
  return take_fd(&parent);
}

static int mount_one(int root, const struct view_mount *mount_point, struct error *err) {
  AUTO_CLOSE int source = open(mount_point->source, O_PATH | O_CLOEXEC);
  struct stat found;
  if (source < 0 || fstat(source, &found) < 0) return fail_go(err, errno, "stat %s", mount_point->source);
  AUTO_CLOSE int target = make_inside(root, mount_point->target, S_ISDIR(found.st_mode));
  if (target < 0) return fail_go(err, errno, "mkdir %s", mount_point->target);
  char from[FD_PATH_BYTES], to[FD_PATH_BYTES];
  snprintf(from, sizeof(from), "/proc/self/fd/%d", source);
  snprintf(to, sizeof(to), "/proc/self/fd/%d", target);
  if (mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0) return fail_go(err, errno, "mount %s", mount_point->target);
  if (!mount_point->read_only) return 0;
  // The fd is still of what lies below: look the place up again.
  AUTO_CLOSE int mounted = open_inside(root, mount_point->target);
  snprintf(to, sizeof(to), "/proc/self/fd/%d", mounted);
  if (mounted < 0 || mount(NULL, to, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0)
    return fail_go(err, errno, "mount %s", mount_point->target);
  return 0;
}

int own_mounts(struct error *err) {
  if (unshare(CLONE_NEWNS) < 0) return fail_go(err, errno, "unshare");
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return fail_go(err, errno, "mount /");
  return 0;
}

int view_enter(const struct view *view, struct error *err) {
  if (!view->root) return 0;
  if (own_mounts(err) < 0) return -1;
  AUTO_CLOSE int root = open(view->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return fail_go(err, errno, "open %s", view->root);
  for (size_t i = 0; i < view->count; i++)
    if (mount_one(root, &view->mounts[i], err) < 0) return -1;
  if (fchdir(root) < 0 || chroot(".") < 0) return fail_go(err, errno, "chroot %s", view->root);
  return 0;
}
