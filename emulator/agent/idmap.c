// Idmapped mounts: one image of files serves containers whose ids are shifted, and nothing is copied. The kernel takes the
// mapping from a user namespace, and a namespace begins with a process: it lives for the few calls that need it.
#include "idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib-c/io.h"

#define PROC_PATH_BYTES 32

static int write_map(pid_t pid, const char *file, const char *map, struct error *err) {
  char path[PROC_PATH_BYTES];
  snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
  AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);
  // The kernel takes a map in one write only.
  if (fd < 0 || write(fd, map, strlen(map)) != (ssize_t)strlen(map))
    return fail(err, errno, "Cannot map ids by \"%s\"", map);
  return 0;
}

/** @return the fd of the namespace of `pid`, with these maps; -1 */
static int set_up(pid_t pid, const struct agent_idmap *request, struct error *err) {
  if (write_map(pid, "uid_map", request->uids, err) < 0 || write_map(pid, "gid_map", request->gids, err) < 0) return -1;
  char path[PROC_PATH_BYTES];
  snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  return fd < 0 ? fail(err, errno, "Cannot open %s", path) : fd;
}

static int user_namespace(const struct agent_idmap *request, struct error *err) {
  // As fork(2), which has no flags.
  pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (pid < 0) return fail(err, errno, "Cannot make a user namespace");
  if (pid == 0)
    for (;;) pause();
  int fd = set_up(pid, request, err);
  kill(pid, SIGKILL);
  RETRY(waitpid(pid, NULL, 0));
  return fd;
}

int idmap_serve(const struct agent_idmap *request, struct error *err) {
  const char *target = request->target;
  AUTO_CLOSE int names = user_namespace(request, err);
  if (names < 0) return -1;
  // Ids of a mount can only be set before anybody sees it: of a copy that is nowhere yet.
  AUTO_CLOSE int mapped = open_tree(AT_FDCWD, target, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (mapped < 0) return fail(err, errno, "Cannot copy the mount at %s", target);
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)names};
  if (mount_setattr(mapped, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) < 0)
    return fail(err, errno, "Cannot map the ids of the mount at %s", target);
  if (umount2(target, MNT_DETACH) < 0) return fail(err, errno, "Cannot unmount %s", target);
  if (move_mount(mapped, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0)
    return fail(err, errno, "Cannot mount with mapped ids on %s", target);
  return 0;
}
