// Compiling Docker's default seccomp profile costs three times as much as everything else in starting a container, and
// libcrun's own cache needs a library that its build here does without. So what it compiled is kept by the profile's digest,
// and the kernel is given a tree of comparisons in place of a list of 400: it goes through them at each system call.
// The linker puts these functions in the place of the real ones (--wrap).
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "../lib-c/io.h"
#include "crun-library.h"
#include <libcrun/seccomp.h>

#define CACHE_DIRECTORY ".cache"
#define BINARY_TREE 2

typedef runtime_spec_schema_config_linux_seccomp profile_t;
typedef runtime_spec_schema_defs_linux_syscall rule_t;

int __real_libcrun_generate_seccomp(struct libcrun_seccomp_gen_ctx_s *request, libcrun_error_t *err);
int __wrap_libcrun_generate_seccomp(struct libcrun_seccomp_gen_ctx_s *request, libcrun_error_t *err);
int __real_seccomp_export_bpf(const scmp_filter_ctx filter, int fd);
int __wrap_seccomp_export_bpf(const scmp_filter_ctx filter, int fd);

/** FNV-1a, 64 bits: the profiles come from the engine, which has nothing to gain from a collision. */
static void add(uint64_t *digest, const void *data, size_t bytes) {
  const uint8_t *at = data;
  for (size_t i = 0; i < bytes; i++) *digest = (*digest ^ at[i]) * 0x100000001b3u;
}

/** With its end, so that "ab","c" is not "a","bc". */
static void add_text(uint64_t *digest, const char *text) { add(digest, text ? text : "", text ? strlen(text) + 1 : 1); }

static void add_texts(uint64_t *digest, char **texts, size_t count) {
  add(digest, &count, sizeof(count));
  for (size_t i = 0; i < count; i++) add_text(digest, texts[i]);
}

static void add_rule(uint64_t *digest, const rule_t *rule) {
  uint32_t number = rule->errno_ret_present ? rule->errno_ret : UINT32_MAX;
  add_text(digest, rule->action);
  add(digest, &number, sizeof(number));
  add_texts(digest, rule->names, rule->names_len);
  add(digest, &rule->args_len, sizeof(rule->args_len));
  for (size_t i = 0; i < rule->args_len; i++) {
    const uint64_t values[] = {rule->args[i]->index, rule->args[i]->value, rule->args[i]->value_two};
    add(digest, values, sizeof(values));
    add_text(digest, rule->args[i]->op);
  }
}

static uint64_t digest_of(const profile_t *profile, unsigned int options) {
  uint64_t digest = 0xcbf29ce484222325u;
  uint32_t number = profile->default_errno_ret_present ? profile->default_errno_ret : UINT32_MAX;
  add(&digest, &options, sizeof(options));
  add(&digest, &number, sizeof(number));
  add_text(&digest, profile->default_action);
  add_texts(&digest, profile->architectures, profile->architectures_len);
  add_texts(&digest, profile->flags, profile->flags_len);
  for (size_t i = 0; i < profile->syscalls_len; i++) add_rule(&digest, profile->syscalls[i]);
  return digest;
}

/** @return 0, or -1 when it is not there */
static int copy_from(const char *path, int to) {
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat found;
  if (fd < 0 || fstat(fd, &found) < 0 || found.st_size == 0) return -1;
  return sendfile(to, fd, NULL, (size_t)found.st_size) == found.st_size ? 0 : -1;
}

/** The file of `fd` gets another name, and outlives its container. Losing the race to another container is no loss. */
static void keep(int fd, const char *directory, const char *path) {
  char name[32];
  snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
  if (mkdir(directory, 0700) < 0 && errno != EEXIST) return;
  (void)!linkat(AT_FDCWD, name, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

int __wrap_libcrun_generate_seccomp(struct libcrun_seccomp_gen_ctx_s *request, libcrun_error_t *err) {
  const profile_t *profile = request->container->container_def->linux->seccomp;
  const char *root = request->container->context->state_root;
  if (!profile || !root) return __real_libcrun_generate_seccomp(request, err);
  char directory[PATH_MAX - 64], path[PATH_MAX];
  snprintf(directory, sizeof(directory), "%s/" CACHE_DIRECTORY, root);
  snprintf(path, sizeof(path), "%s/seccomp-%016llx", directory,
           (unsigned long long)digest_of(profile, request->options));
  if (copy_from(path, request->fd) == 0) return 0;
  int result = __real_libcrun_generate_seccomp(request, err);
  if (result == 0) keep(request->fd, directory, path);
  return result;
}

int __wrap_seccomp_export_bpf(const scmp_filter_ctx filter, int fd) {
  seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, BINARY_TREE);
  return __real_seccomp_export_bpf(filter, fd);
}
