// changes: what a writable layer did to the layers below it, as `docker diff` tells it. Docker compares two whole trees; the
// upper directory of an overlay names every candidate, so only those are looked at. The lower layers are mounted as one
// tree, by the kernel: whiteouts and opaque directories among them mean what they mean to a container.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../lib-c/buffer.h"
#include "../lib-c/io.h"
#include "tree.h"
#include "view.h"

struct report {
  /** Records to be printed: a directory is known to have changed only after what is in it. */
  struct buffer records;
  struct buffer path;
  struct error *err;
};

static const char *path_of(const struct report *report) { return (const char *)buffer_head(&report->path); }

static size_t path_enter(struct report *report, const char *name) {
  size_t before = buffer_bytes(&report->path);
  report->path.end--;
  buffer_put(&report->path, "/", 1);
  buffer_put(&report->path, name, strlen(name) + 1);
  return before;
}

static void path_back(struct report *report, size_t before) {
  report->path.end = report->path.start + before;
  report->path.data[report->path.end - 1] = 0;
}

static void put(struct report *report, char kind) {
  buffer_put(&report->records, &kind, 1);
  buffer_put(&report->records, path_of(report), strlen(path_of(report)) + 1);
}

/** The directory's own record, before those of what is in it. */
static void put_before(struct report *report, size_t at, char kind) {
  size_t after = buffer_bytes(&report->records) - at;
  AUTO_FREE uint8_t *held = malloc(after ? after : 1);
  if (!held) abort();
  memcpy(held, buffer_head(&report->records) + at, after);
  report->records.end = report->records.start + at;
  put(report, kind);
  buffer_put(&report->records, held, after);
}

/** Equal, or one of them was in an archive, which has whole seconds only. */
static bool same_time(struct timespec a, struct timespec b) {
  return a.tv_sec == b.tv_sec && (a.tv_nsec == b.tv_nsec || a.tv_nsec == 0 || b.tv_nsec == 0);
}

static bool differ(const struct stat *a, const struct stat *b) {
  if (a->st_mode != b->st_mode || a->st_uid != b->st_uid || a->st_gid != b->st_gid || a->st_rdev != b->st_rdev)
    return true;
  // A directory's size and time say nothing about what is in it.
  return !S_ISDIR(a->st_mode) && (a->st_size != b->st_size || !same_time(a->st_mtim, b->st_mtim));
}

static bool is_opaque(int fd) {
  char value = 0;
  return fgetxattr(fd, "trusted.overlay.opaque", &value, 1) == 1 && value == 'y';
}

static int open_directory(int parent, const char *name) {
  return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int compare(struct report *report, int upper, int lower);

/** Everything that only the lower tree has in a directory that hides it. */
static int put_hidden(struct report *report, int upper, int lower) {
  __attribute__((cleanup(names_free))) struct names names;
  if (names_read(lower, &names) < 0) return -1;
  for (size_t i = 0; i < names.count; i++) {
    struct stat found;
    if (fstatat(upper, names.items[i], &found, AT_SYMLINK_NOFOLLOW) == 0) continue;
    size_t before = path_enter(report, names.items[i]);
    put(report, 'D');
    path_back(report, before);
  }
  return 0;
}

/** One name of the upper directory. `lower` is -1 where the layers below have no such directory. */
static int compare_entry(struct report *report, int upper, int lower, const char *name) {
  struct stat now, was;
  if (fstatat(upper, name, &now, AT_SYMLINK_NOFOLLOW) < 0) return errno == ENOENT ? 0 : -1;
  bool existed = lower >= 0 && fstatat(lower, name, &was, AT_SYMLINK_NOFOLLOW) == 0;
  if (S_ISCHR(now.st_mode) && now.st_rdev == 0) {
    if (existed) put(report, 'D');
    return 0;
  }
  size_t at = buffer_bytes(&report->records);
  bool changed = existed && differ(&was, &now);
  if (!S_ISDIR(now.st_mode)) {
    if (!existed) put(report, 'A');
    else if (changed) put(report, 'C');
    return 0;
  }
  AUTO_CLOSE int inside = open_directory(upper, name);
  if (inside < 0) return errno == ENOENT ? 0 : -1;
  AUTO_CLOSE int below = existed && S_ISDIR(was.st_mode) ? open_directory(lower, name) : -1;
  if (compare(report, inside, below) < 0) return -1;
  if (!existed) put_before(report, at, 'A');
  else if (changed || buffer_bytes(&report->records) > at) put_before(report, at, 'C');
  return 0;
}

static int compare(struct report *report, int upper, int lower) {
  __attribute__((cleanup(names_free))) struct names names;
  if (names_read(upper, &names) < 0) return -1;
  for (size_t i = 0; i < names.count; i++) {
    size_t before = path_enter(report, names.items[i]);
    int result = compare_entry(report, upper, lower, names.items[i]);
    path_back(report, before);
    if (result < 0) return -1;
  }
  return lower >= 0 && is_opaque(upper) ? put_hidden(report, upper, lower) : 0;
}

/** @return the tree of the layers below as a directory; -1 with the error filled in */
static int open_lower(const char *lower, const char *scratch, struct error *err) {
  // The kernel wants two directories at least for a tree without an upper one.
  if (strchr(lower, ':')) {
    AUTO_FREE char *data = NULL;
    if (asprintf(&data, "lowerdir=%s", lower) < 0) abort();
    if (own_mounts(err) < 0) return -1;
    if (mount("overlay", scratch, "overlay", MS_RDONLY, data) < 0) return fail_go(err, errno, "mount %s", scratch);
    lower = scratch;
  }
  int fd = open(lower, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd < 0 ? fail_go(err, errno, "open %s", lower) : fd;
}

int tree_changes(const char *upper, const char *lower, const char *scratch, struct error *err) {
  AUTO_CLOSE int now = open(upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (now < 0) return fail_go(err, errno, "open %s", upper);
  AUTO_CLOSE int was = open_lower(lower, scratch, err);
  if (was < 0) return -1;
  struct report report = {.err = err};
  buffer_put(&report.path, "", 1);
  int result = compare(&report, now, was);
  if (result < 0) fail_go(err, errno, "lstat %s", path_of(&report));
  else if (write_all(STDOUT_FILENO, buffer_head(&report.records), buffer_bytes(&report.records)) < 0)
    result = fail_go(err, errno, "write /dev/stdout");
  buffer_free(&report.records);
  buffer_free(&report.path);
  return result;
}
