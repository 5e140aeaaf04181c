// libcrun gets into a container by way of a process in between, which opens each of its namespaces, tries to enter them one by
// one, and forks. Here the shim itself says in which PID namespace its child will be, and the child enters all others with one
// setns(2). The linker puts these functions in the place of libcrun's (--wrap). A container with a user namespace is left to
// libcrun: what may be entered from where is an order of its own there.
#include "join.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "config.h"
#include <libcrun/cgroup-utils.h>
#include <libcrun/linux.h>
#include <libcrun/terminal.h>
#include <libcrun/utils.h>

typedef libcrun_container_t container_t;
typedef libcrun_container_status_t status_t;

int __real_libcrun_is_container_running(status_t *status, libcrun_error_t *err);
int __wrap_libcrun_is_container_running(status_t *status, libcrun_error_t *err);
int __real_libcrun_join_process(container_t *container, pid_t pid, status_t *status, const char *sub_cgroup, int detach,
                                int *terminal_fd, libcrun_error_t *err);
int __wrap_libcrun_join_process(container_t *container, pid_t pid, status_t *status, const char *sub_cgroup, int detach,
                                int *terminal_fd, libcrun_error_t *err);

static bool is_wanted;
/** The container's first process (pidfd_open(2)); -1 for none. */
static int first_process = -1;

/** What went into the container. */
static pid_t joined = -1;

void join_directly(void) { is_wanted = true; }

pid_t joined_process(void) { return joined; }

int __wrap_libcrun_is_container_running(status_t *status, libcrun_error_t *err) {
  // Opened before libcrun looks whether that number is still the container's: what it is found to be, it stays.
  if (is_wanted && first_process < 0) first_process = pidfd_open(status->pid, 0);
  return __real_libcrun_is_container_running(status, err);
}

/** @return CLONE_NEW... of the container's own namespaces, or -1 */
static int namespaces_of(const container_t *container) {
  const runtime_spec_schema_config_linux *config = container->container_def->linux;
  int all = 0;
  for (size_t i = 0; config && i < config->namespaces_len; i++) {
    int one = libcrun_find_namespace(config->namespaces[i]->type);
    if (one < 0 || one == CLONE_NEWUSER) return -1;
    all |= one;
  }
  return all;
}

static int open_cgroup(status_t *status) {
  libcrun_error_t err = NULL;
  cleanup_cgroup_status struct libcrun_cgroup_status *cgroup = libcrun_cgroup_make_status(status);
  int fd = libcrun_get_cgroup_dirfd(cgroup, NULL, &err);
  if (fd < 0) crun_error_release(&err);
  return fd;
}

/** As fork(2), but the child is in a control group, and in the container's PID namespace. */
static pid_t fork_into(int cgroup_fd, bool in_pid_namespace) {
  if (in_pid_namespace && setns(first_process, CLONE_NEWPID) < 0) return -1;
  struct clone_args how = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)cgroup_fd};
  pid_t pid = (pid_t)syscall(SYS_clone3, &how, sizeof(how));
  if (pid >= 0 || !in_pid_namespace) return pid;
  AUTO_CLOSE int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
  // libcrun would take a number of the container's for one of ours.
  if (setns(own, CLONE_NEWPID) < 0) abort();
  return pid;
}

/** In the container: its terminal's side goes to fds 0 to 2, the other to the shim. */
static void make_terminal(const container_t *container, int socket) {
  libcrun_error_t err = NULL;
  char *path = NULL;
  int fd = libcrun_new_terminal(&path, &err);
  if (fd < 0 || libcrun_set_stdio(path, &err) < 0) libcrun_fail_with_error(err->status, "%s", err->msg);
  const process_t *first = container->container_def->process;
  if (first && first->user && first->user->uid && chown(path, first->user->uid, (gid_t)-1) < 0)
    libcrun_fail_with_error(errno, "chown `%s`", path);
  if (send_fd_to_socket(socket, fd, &err) < 0) libcrun_fail_with_error(err->status, "%s", err->msg);
  free(path);
  close(fd);
}

static pid_t join_container(container_t *container, pid_t pid, status_t *status, const char *sub_cgroup, int detach,
                            int *terminal_fd, libcrun_error_t *err) {
  int namespaces = namespaces_of(container);
  AUTO_CLOSE int cgroup_fd = namespaces < 0 || first_process < 0 || sub_cgroup ? -1 : open_cgroup(status);
  int ends[2] = {-1, -1};
  if (cgroup_fd >= 0 && terminal_fd && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
    return crun_make_error(err, errno, "error creating socketpair");
  AUTO_CLOSE int ours = ends[0];
  AUTO_CLOSE int theirs = ends[1];
  pid_t child = cgroup_fd < 0 ? -1 : fork_into(cgroup_fd, namespaces & CLONE_NEWPID);
  if (child < 0) return __real_libcrun_join_process(container, pid, status, sub_cgroup, detach, terminal_fd, err);
  if (child == 0) {
    int others = namespaces & ~CLONE_NEWPID;
    if (others && setns(first_process, others) < 0) libcrun_fail_with_error(errno, "join the container's namespaces");
    if (setsid() < 0) libcrun_fail_with_error(errno, "setsid");
    if (terminal_fd) make_terminal(container, theirs);
    return 0;
  }
  if (!terminal_fd) return child;
  close_fd(&theirs);
  *terminal_fd = receive_fd_from_socket(ours, err);
  if (*terminal_fd >= 0) return child;
  // The child has said why.
  crun_error_release(err);
  return -1;
}

int __wrap_libcrun_join_process(container_t *container, pid_t pid, status_t *status, const char *sub_cgroup, int detach,
                                int *terminal_fd, libcrun_error_t *err) {
  joined = join_container(container, pid, status, sub_cgroup, detach, terminal_fd, err);
  return joined;
}
