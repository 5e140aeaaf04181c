// libcrun makes a program of a container's device list, and the kernel proves it harmless before it takes it: 0.7 million
// instructions for each container, and nearly always the same program. So what was taken is kept in the kernel by a name below
// /sys/fs/bpf, and asked for there the next time. The linker puts this function in the place of libc's (--wrap): libcrun calls
// bpf(2) through it. It asks what a control group has already seven times, with more room each time; once is enough when there
// is nothing.
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "digest.h"
#include "mount.h"

#define PIN "/sys/fs/bpf/devices-%016llx"

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

static long object(int command, const char *path, int fd) {
  union bpf_attr attr = {.pathname = (uintptr_t)path, .bpf_fd = (uint32_t)fd};
  return __real_syscall(SYS_bpf, command, &attr, sizeof(attr));
}

/** @return a file descriptor of the program, or -1 with errno, as BPF_PROG_LOAD does */
static long load(union bpf_attr *attr, long bytes) {
  struct digest digest = DIGEST_START;
  digest_add(&digest, (const void *)(uintptr_t)attr->insns, attr->insn_cnt * sizeof(struct bpf_insn));
  char path[sizeof(PIN) + 16];
  snprintf(path, sizeof(path), PIN, digest_value(&digest));
  long fd = object(BPF_OBJ_GET, path, 0);
  if (fd >= 0) return fd;
  fd = __real_syscall(SYS_bpf, BPF_PROG_LOAD, attr, bytes);
  // Losing the race to another container is no loss, and without a place to keep it the program works, too.
  if (fd >= 0) (void)object(BPF_OBJ_PIN, path, (int)fd);
  return fd;
}

/** The control group's directory that was found to have no program yet; -1 for none. */
static int empty_group = -1;

static long query(union bpf_attr *attr, long bytes) {
  if ((int)attr->query.target_fd == empty_group) {
    attr->query.prog_cnt = 0;
    return 0;
  }
  long result = __real_syscall(SYS_bpf, BPF_PROG_QUERY, attr, bytes);
  empty_group = result == 0 && attr->query.prog_cnt == 0 ? (int)attr->query.target_fd : -1;
  return result;
}

long __wrap_syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long arguments[6];
  for (int i = 0; i < 6; i++) arguments[i] = va_arg(list, long);
  va_end(list);
  union bpf_attr *attr = (union bpf_attr *)(uintptr_t)arguments[1];
  if (number == SYS_bpf && arguments[0] == BPF_PROG_LOAD && attr->prog_type == BPF_PROG_TYPE_CGROUP_DEVICE &&
      attr->log_level == 0) {
    int before = errno;
    long fd = load(attr, arguments[2]);
    if (fd >= 0) errno = before;
    return fd;
  }
  if (number == SYS_bpf && arguments[0] == BPF_PROG_QUERY && attr->query.attach_type == BPF_CGROUP_DEVICE)
    return query(attr, arguments[2]);
  if (number == SYS_bpf) empty_group = -1;
  if (number == SYS_move_mount) mount_from_elsewhere();
  return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}
