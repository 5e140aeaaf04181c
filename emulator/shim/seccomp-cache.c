// Compiling Docker's default seccomp profile costs three times as much as everything else in starting a container, and
// libcrun's own cache needs a library that its build here does without. So what it compiled is kept by the profile's digest,
// and the kernel is given a tree of ranges in place of a list of 400 comparisons (filter-ranges.h).
// The linker puts these functions in the place of the real ones (--wrap).
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "config.h"
#include "crun-library.h"
#include "digest.h"
#include "filter-ranges.h"
#include <libcrun/seccomp.h>

#define CACHE_DIRECTORY ".cache"
#define BINARY_TREE 2

typedef runtime_spec_schema_config_linux_seccomp profile_t;

int __real_libcrun_generate_seccomp(struct libcrun_seccomp_gen_ctx_s *request, libcrun_error_t *err);
int __wrap_libcrun_generate_seccomp(struct libcrun_seccomp_gen_ctx_s *request, libcrun_error_t *err);
int __real_seccomp_export_bpf(const scmp_filter_ctx filter, int fd);
int __wrap_seccomp_export_bpf(const scmp_filter_ctx filter, int fd);

static void add_text(struct digest *digest, const char *text) { digest_add(digest, text ? text : "", text ? strlen(text) + 1 : 1); }

static void add_texts(struct digest *digest, char **texts, size_t count) {
  digest_add(digest, &count, sizeof(count));
  for (size_t i = 0; i < count; i++) add_text(digest, texts[i]);
}

static unsigned long long digest_of(const profile_t *profile, struct json_text rules, unsigned int options) {
  struct digest digest = DIGEST_START;
  uint32_t number = profile->default_errno_ret_present ? profile->default_errno_ret : UINT32_MAX;
  digest_add(&digest, &options, sizeof(options));
  digest_add(&digest, &number, sizeof(number));
  add_text(&digest, profile->default_action);
  add_texts(&digest, profile->architectures, profile->architectures_len);
  add_texts(&digest, profile->flags, profile->flags_len);
  digest_add(&digest, rules.at, rules.bytes);
  return digest_value(&digest);
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

/** Puts the rules that config.c left out into the profile. @return 0, or -1 with `err` */
static int add_rules(profile_t *profile, struct json_text rules, libcrun_error_t *err) {
  static const char config[] =
      "{\"ociVersion\":\"1.0.0\",\"linux\":{\"seccomp\":{\"defaultAction\":\"\",\"syscalls\":%.*s}}}";
  char *text = NULL, *reason = NULL;
  if (asprintf(&text, config, (int)rules.bytes, rules.at) < 0) return crun_make_error(err, errno, "read the seccomp rules");
  runtime_spec_schema_config_schema *parsed = runtime_spec_schema_config_schema_parse_data(text, NULL, &reason);
  int result = parsed ? 0 : crun_make_error(err, 0, "load: %s", reason);
  if (parsed) {
    profile_t *found = parsed->linux->seccomp;
    profile->syscalls = found->syscalls;
    profile->syscalls_len = found->syscalls_len;
    found->syscalls = NULL;
    found->syscalls_len = 0;
    free_runtime_spec_schema_config_schema(parsed);
  }
  free(text);
  free(reason);
  return result;
}

int __wrap_libcrun_generate_seccomp(struct libcrun_seccomp_gen_ctx_s *request, libcrun_error_t *err) {
  profile_t *profile = request->container->container_def->linux->seccomp;
  const char *root = request->container->context->state_root;
  struct json_text rules = config_rules();
  if (!profile || !root) return __real_libcrun_generate_seccomp(request, err);
  char directory[PATH_MAX - 64], path[PATH_MAX];
  snprintf(directory, sizeof(directory), "%s/" CACHE_DIRECTORY, root);
  snprintf(path, sizeof(path), "%s/seccomp-%016llx", directory,
           digest_of(profile, rules, request->options));
  if (copy_from(path, request->fd) == 0) return 0;
  if (rules.at && add_rules(profile, rules, err) < 0) return -1;
  int result = __real_libcrun_generate_seccomp(request, err);
  if (result == 0) keep(request->fd, directory, path);
  return result;
}

/** The filter in the file of `fd` becomes one of ranges, if it can. @return 0, or -1 with errno */
static int use_ranges(int fd) {
  static struct sock_filter from[FILTER_MOST], to[FILTER_MOST];
  ssize_t bytes = RETRY(pread(fd, from, sizeof(from), 0));
  if (bytes < 0) return -1;
  size_t left = filter_of_ranges(to, from, (size_t)bytes / sizeof(*from)) * sizeof(*to);
  if (left == 0) return 0;
  return RETRY(pwrite(fd, to, left, 0)) == (ssize_t)left ? ftruncate(fd, (off_t)left) : -1;
}

int __wrap_seccomp_export_bpf(const scmp_filter_ctx filter, int fd) {
  seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, BINARY_TREE);
  int result = __real_seccomp_export_bpf(filter, fd);
  return result < 0 || use_ranges(fd) == 0 ? result : -errno;
}
