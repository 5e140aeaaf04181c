// unpack: entries are made relative to their parent directory, which becomes our working directory. Without a root of our own
// (a person's directory) a parent must lie beneath the target, links included (openat2(2), RESOLVE_BENEATH): an archive
// with a link out of it and a file behind that link gets nowhere.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "../lib-c/remove.h"
#include "ids.h"
#include "tar.h"
#include "tree.h"

#define IMPLIED_MODE 0755

struct made_directory {
  struct made_directory *next;
  struct timespec mtime;
  char path[];
};

struct unpacker {
  const struct unpack_options *options;
  struct tar_reader reader;
  int target;
  /** The target's whole name, for messages. */
  char target_path[PATH_MAX];
  /** Our working directory, relative to the target. */
  char here[PATH_MAX];
  /** Their times are set last: making something in one changes it. */
  struct made_directory *directories;
  struct error *err;
};

/** Go's filepath.Clean, without the leading slash. @return false when the name leads out of where it starts */
static bool clean(const char *name, char out[PATH_MAX]) {
  size_t length = 0;
  bool absolute = *name == '/';
  for (const char *at = name; *at;) {
    at += strspn(at, "/");
    size_t bytes = strcspn(at, "/");
    if (bytes == 0) break;
    if (bytes == 2 && at[0] == '.' && at[1] == '.') {
      if (length == 0 && !absolute) return false;
      while (length > 0 && out[--length] != '/') continue;
    } else if (bytes != 1 || at[0] != '.') {
      if (length + bytes + 2 > PATH_MAX) return false;
      if (length > 0) out[length++] = '/';
      memcpy(out + length, at, bytes);
      length += bytes;
    }
    at += bytes;
  }
  out[length] = 0;
  return true;
}

static int open_beneath(const struct unpacker *unpacker, const char *path) {
  struct open_how how = {
      .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
      .resolve = RESOLVE_NO_MAGICLINKS | (unpacker->options->confined ? 0 : RESOLVE_BENEATH),
  };
  return (int)RETRY(syscall(SYS_openat2, unpacker->target, *path ? path : ".", &how, sizeof(how)));
}

/** Makes `path` the working directory, and what is missing of it. @return 0, or -1 with errno */
static int enter(struct unpacker *unpacker, const char *path, bool make) {
  AUTO_CLOSE int fd = open_beneath(unpacker, path);
  if (fd < 0 && errno == ENOENT && make && *path) {
    char parent[PATH_MAX];
    strcpy(parent, path);
    char *slash = strrchr(parent, '/');
    const char *base = slash ? slash + 1 : path;
    if (slash) *slash = 0;
    if (enter(unpacker, slash ? parent : "", true) < 0) return -1;
    if (mkdir(base, IMPLIED_MODE) < 0 && errno != EEXIST) return -1;
    fd = open_beneath(unpacker, path);
  }
  if (fd < 0 || fchdir(fd) < 0) return -1;
  strcpy(unpacker->here, path);
  return 0;
}

/** Enters the parent of `path`. @return its last part; NULL with errno */
static const char *enter_parent(struct unpacker *unpacker, const char *path, bool make) {
  char parent[PATH_MAX] = "";
  const char *slash = strrchr(path, '/');
  if (slash) {
    memcpy(parent, path, (size_t)(slash - path));
    parent[slash - path] = 0;
  }
  if (strcmp(parent, unpacker->here) != 0 && enter(unpacker, parent, make) < 0) return NULL;
  return slash ? slash + 1 : path;
}

static int fail_at(struct unpacker *unpacker, int number, const char *call, const char *path) {
  const char *target = unpacker->target_path;
  // openat2(2) says so of what leads out of the target: there is no other device.
  if (number == EXDEV) number = EPERM;
  return fail_go(unpacker->err, number, "%s %s/%s", call, strcmp(target, "/") == 0 ? "" : target, path);
}

static int make_file(struct unpacker *unpacker, const struct tar_entry *entry, const char *base) {
  AUTO_CLOSE int fd = open(base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, entry->mode & 0777);
  if (fd < 0) return -1;
  for (;;) {
    const uint8_t *piece;
    ssize_t bytes = tar_read_content(&unpacker->reader, &piece, unpacker->err);
    // The error is filled in already.
    if (bytes < 0) return -2;
    if (bytes == 0) return 0;
    if (write_all(fd, piece, (size_t)bytes) < 0) return -1;
  }
}

static int make_hard_link(struct unpacker *unpacker, const struct tar_entry *entry, const char *base) {
  char target[PATH_MAX];
  if (!clean(entry->link, target)) {
    fail_text(unpacker->err, EPERM, "invalid hardlink \"%s\" -> \"%s\"", entry->name, entry->link);
    return -2;
  }
  char parent[PATH_MAX] = "";
  char *slash = strrchr(target, '/');
  if (slash) {
    *slash = 0;
    strcpy(parent, target);
  }
  AUTO_CLOSE int folder = open_beneath(unpacker, parent);
  if (folder < 0) return -1;
  return linkat(folder, slash ? slash + 1 : target, AT_FDCWD, base, 0);
}

/** Whether a relative target stays below ours, taken as text: Docker refuses one that does not. */
static bool stays_inside(const struct unpacker *unpacker, const char *path, const char *link) {
  if (strcmp(unpacker->target_path, "/") == 0) return true;
  char whole[2 * PATH_MAX], cleaned[PATH_MAX];
  const char *slash = strrchr(path, '/');
  int folder = slash ? (int)(slash - path) : 0;
  int bytes = snprintf(whole, sizeof(whole), "%.*s/%s", folder, path, link);
  // A slash in front would let `..` stop at our target instead of leaving it.
  return bytes < (int)sizeof(whole) && clean(*whole == '/' ? whole + strspn(whole, "/") : whole, cleaned);
}

/** @return 0; -1 with errno; -2 with the error filled in */
static int make(struct unpacker *unpacker, const struct tar_entry *entry, const char *path, const char *base) {
  dev_t device = makedev(entry->major, entry->minor);
  switch (entry->type) {
    case TAR_DIRECTORY:
      return mkdir(base, entry->mode & 0777) < 0 && errno != EEXIST ? -1 : 0;
    case TAR_FILE:
      return make_file(unpacker, entry, base);
    case TAR_HARD_LINK:
      return make_hard_link(unpacker, entry, base);
    case TAR_SYMLINK:
      if (stays_inside(unpacker, path, entry->link)) return symlink(entry->link, base);
      fail_text(unpacker->err, EPERM, "invalid symlink \"%s/%s\" -> \"%s\"", unpacker->target_path, path, entry->link);
      return -2;
    case TAR_CHARACTER:
      return mknod(base, S_IFCHR | (entry->mode & 0777), device);
    case TAR_BLOCK:
      return mknod(base, S_IFBLK | (entry->mode & 0777), device);
    case TAR_FIFO:
      return mkfifo(base, entry->mode & 0777);
    default:
      fail_text(unpacker->err, EBADMSG, "unhandled tar header type %d", entry->type);
      return -2;
  }
}

static int set_xattrs(const struct tar_entry *entry, const char *base) {
  for (const uint8_t *at = buffer_head(&entry->xattrs), *end = at + buffer_bytes(&entry->xattrs); at < end;) {
    const char *name = (const char *)at;
    uint32_t bytes;
    at += strlen(name) + 1;
    memcpy(&bytes, at, sizeof(bytes));
    // What steers overlayfs is not for archives to set; what a file system does not keep is no reason to stop.
    bool steers = strncmp(name, "trusted.overlay.", 16) == 0;
    if (!steers && lsetxattr(base, name, at + sizeof(bytes), bytes, 0) < 0 && errno != ENOTSUP && errno != EPERM)
      return -1;
    at += sizeof(bytes) + bytes;
  }
  return 0;
}

/** @return 0; -1 with errno; -2 with the error filled in */
static int set_owner(struct unpacker *unpacker, const struct tar_entry *entry, const char *base) {
  const struct unpack_options *options = unpacker->options;
  if (!options->set_owner && !options->keep_owner) return 0;
  unsigned uid = options->set_owner ? options->uid : entry->uid;
  unsigned gid = options->set_owner ? options->gid : entry->gid;
  if (ids_outside(&uid, &gid, unpacker->err) < 0) return -2;
  return lchown(base, uid, gid);
}

/** @return as set_owner() */
static int set_attributes(struct unpacker *unpacker, const struct tar_entry *entry, const char *base) {
  int owned = set_owner(unpacker, entry, base);
  if (owned < 0) return owned;
  if (set_xattrs(entry, base) < 0) return -1;
  // After the owner, which takes the set-user-ID bit away.
  struct stat found;
  bool is_link = entry->type == TAR_SYMLINK;
  if (entry->type == TAR_HARD_LINK) is_link = lstat(base, &found) < 0 || S_ISLNK(found.st_mode);
  if (!is_link && chmod(base, entry->mode) < 0) return -1;
  struct timespec mtime = {.tv_sec = (time_t)entry->mtime_s, .tv_nsec = entry->mtime_ns};
  struct timespec times[2] = {mtime, mtime};
  return utimensat(AT_FDCWD, base, times, AT_SYMLINK_NOFOLLOW);
}

static void note_directory(struct unpacker *unpacker, const struct tar_entry *entry, const char *path) {
  struct made_directory *made = malloc(sizeof(*made) + strlen(path) + 1);
  if (!made) abort();
  made->next = unpacker->directories;
  made->mtime = (struct timespec){.tv_sec = (time_t)entry->mtime_s, .tv_nsec = entry->mtime_ns};
  strcpy(made->path, path);
  unpacker->directories = made;
}

/** Clears the place. @return 0, or -1 with the error filled in */
static int clear(struct unpacker *unpacker, const struct tar_entry *entry, const char *path, const char *base) {
  struct stat found;
  if (lstat(base, &found) < 0) return errno == ENOENT ? 0 : fail_at(unpacker, errno, "lstat", path);
  bool here = S_ISDIR(found.st_mode), comes = entry->type == TAR_DIRECTORY;
  if (here && comes) return 0;
  const char *target = unpacker->target_path;
  if (unpacker->options->no_overwrite && here != comes)
    return fail_text(unpacker->err, EEXIST, "cannot overwrite %s \"%s/%s\" with %s \"%s\"",
                     here ? "directory" : "non-directory", strcmp(target, "/") == 0 ? "" : target, path,
                     comes ? "directory" : "non-directory", target);
  struct error err;
  return remove_tree(base, &err) < 0 ? fail_at(unpacker, err.number, "unlinkat", path) : 0;
}

static int put_entry(struct unpacker *unpacker, const struct tar_entry *entry) {
  char path[PATH_MAX];
  if (!clean(entry->name, path))
    return fail_text(unpacker->err, EPERM, "\"%s\" is outside of \"%s\"", entry->name, unpacker->target_path);
  // The target itself stays as it is.
  if (!*path) return 0;
  const char *base = enter_parent(unpacker, path, true);
  if (!base) return fail_at(unpacker, errno, "mkdir", path);
  if (clear(unpacker, entry, path, base) < 0) return -1;
  int made = make(unpacker, entry, path, base);
  if (made == -1) return fail_at(unpacker, errno, entry->type == TAR_DIRECTORY ? "mkdir" : "open", path);
  if (made < 0) return -1;
  int set = set_attributes(unpacker, entry, base);
  if (set == -1) return fail_at(unpacker, errno, "chown", path);
  if (set < 0) return -1;
  if (entry->type == TAR_DIRECTORY) note_directory(unpacker, entry, path);
  return 0;
}

/** Go's strings.Replace for the start of a name. */
static void rename_start(char **name, const char *from, const char *to) {
  size_t bytes = strlen(from);
  if (strncmp(*name, from, bytes) != 0) return;
  char *renamed = malloc(strlen(to) + strlen(*name + bytes) + 1);
  if (!renamed) abort();
  stpcpy(stpcpy(renamed, to), *name + bytes);
  free(*name);
  *name = renamed;
}

static int put_all(struct unpacker *unpacker) {
  const struct unpack_options *options = unpacker->options;
  for (;;) {
    __attribute__((cleanup(tar_free))) struct tar_entry entry;
    int result = tar_read_entry(&unpacker->reader, &entry, unpacker->err);
    if (result <= 0) return result;
    if (options->rename_from) {
      rename_start(&entry.name, options->rename_from, options->rename_to);
      if (entry.type == TAR_HARD_LINK) rename_start(&entry.link, options->rename_from, options->rename_to);
    }
    if (put_entry(unpacker, &entry) < 0) return -1;
  }
}

static int set_directory_times(struct unpacker *unpacker) {
  int result = 0;
  while (unpacker->directories) {
    struct made_directory *made = unpacker->directories;
    const char *base = result == 0 ? enter_parent(unpacker, made->path, false) : NULL;
    struct timespec times[2] = {made->mtime, made->mtime};
    if (result == 0 && (!base || utimensat(AT_FDCWD, base, times, AT_SYMLINK_NOFOLLOW) < 0))
      result = fail_at(unpacker, errno, "chtimes", made->path);
    unpacker->directories = made->next;
    free(made);
  }
  return result;
}

int tree_unpack(const struct unpack_options *options, struct error *err) {
  static struct unpacker unpacker;
  unpacker = (struct unpacker){.options = options, .reader.fd = STDIN_FILENO, .err = err};
  AUTO_CLOSE int target = open(options->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (target < 0 || fchdir(target) < 0) return fail_go(err, errno, "open %s", options->directory);
  if (!getcwd(unpacker.target_path, sizeof(unpacker.target_path))) return fail_go(err, errno, "getwd");
  unpacker.target = target;
  int result = put_all(&unpacker);
  struct error first = *err;
  int times = set_directory_times(&unpacker);
  tar_read_rest(&unpacker.reader);
  if (result < 0) *err = first;
  return result < 0 ? -1 : times;
}
