// pack: a tree as a tar. Times are whole seconds and the only extended attribute is the file capability, as in Docker's
// archives; what vanishes while we look is left out, since the tree may be in use.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "ids.h"
#include "tar.h"
#include "tree.h"

#define PIECE_BYTES (64 * 1024)
#define CAPABILITY "security.capability"
#define WHITEOUT ".wh."
#define OPAQUE_MARK ".wh..wh..opq"

struct packer {
  struct tar_writer writer;
  struct inodes *inodes;
  bool whiteouts;
  /** Of the entry at hand; ends with NUL. */
  struct buffer name;
  struct error *err;
};

static const char *name_of(const struct packer *packer) { return (const char *)buffer_head(&packer->name); }

static int fail_here(struct packer *packer, const char *call) {
  return fail_go(packer->err, errno, "%s %s", call, name_of(packer));
}

/** Adds `/part` to the name. @return what name_back() needs */
static size_t name_enter(struct packer *packer, const char *part, bool slash) {
  size_t before = buffer_bytes(&packer->name);
  packer->name.end--;
  if (slash) buffer_put(&packer->name, "/", 1);
  buffer_put(&packer->name, part, strlen(part) + 1);
  return before;
}

static void name_back(struct packer *packer, size_t before) {
  packer->name.end = packer->name.start + before;
  packer->name.data[packer->name.end - 1] = 0;
}

static int put_file(struct packer *packer, int fd, uint64_t size) {
  static uint8_t piece[PIECE_BYTES];
  uint64_t left = size;
  while (left > 0) {
    ssize_t count = RETRY(read(fd, piece, left < sizeof(piece) ? (size_t)left : sizeof(piece)));
    if (count < 0) return fail_here(packer, "read");
    // It got shorter after its size was written: zeros keep the archive whole.
    if (count == 0) break;
    if (tar_write_content(&packer->writer, piece, (size_t)count) < 0) return fail_here(packer, "write");
    left -= (uint64_t)count;
  }
  if (tar_write_zeros(&packer->writer, left) < 0 || tar_write_padding(&packer->writer, size) < 0)
    return fail_here(packer, "write");
  return 0;
}

static int put_entry(struct packer *packer, const struct tar_entry *entry) {
  return tar_write_entry(&packer->writer, entry) < 0 ? fail_here(packer, "write") : 0;
}

static char type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return TAR_FILE;
    case S_IFDIR:
      return TAR_DIRECTORY;
    case S_IFLNK:
      return TAR_SYMLINK;
    case S_IFCHR:
      return TAR_CHARACTER;
    case S_IFBLK:
      return TAR_BLOCK;
    case S_IFIFO:
      return TAR_FIFO;
    default:
      return 0;
  }
}

static void add_capability(struct tar_entry *entry, int fd) {
  uint8_t value[64];
  ssize_t bytes = fgetxattr(fd, CAPABILITY, value, sizeof(value));
  if (bytes > 0) tar_add_xattr(entry, CAPABILITY, value, (size_t)bytes);
}

static int put_mark(struct packer *packer, const struct stat *found, const char *part, bool slash) {
  size_t before = name_enter(packer, part, slash);
  struct tar_entry entry = {
      .type = TAR_FILE,
      .name = strdup(name_of(packer)),
      .uid = ids_user_inside(found->st_uid),
      .gid = ids_group_inside(found->st_gid),
      .mode = S_ISDIR(found->st_mode) ? found->st_mode & 0777 : 0600,
      .mtime_s = found->st_mtim.tv_sec,
  };
  int result = put_entry(packer, &entry);
  tar_free(&entry);
  name_back(packer, before);
  return result;
}

static bool is_opaque(int fd) {
  char value = 0;
  return fgetxattr(fd, "trusted.overlay.opaque", &value, 1) == 1 && value == 'y';
}

static int put_tree(struct packer *packer, int fd, bool slash);

/** One entry with its header; for a directory all that is in it. `file` is an open descriptor, or -1. */
static int put_found(struct packer *packer, int parent, const char *base, const struct stat *found, int file) {
  struct tar_entry entry = {
      .type = type_of(found->st_mode),
      .mode = found->st_mode & 07777,
      .uid = ids_user_inside(found->st_uid),
      .gid = ids_group_inside(found->st_gid),
      .mtime_s = found->st_mtim.tv_sec,
  };
  // A socket is nothing without the program that made it.
  if (!entry.type) return 0;
  char target[4096];
  if (entry.type == TAR_SYMLINK) {
    ssize_t bytes = readlinkat(parent, base, target, sizeof(target) - 1);
    if (bytes < 0) return errno == ENOENT ? 0 : fail_here(packer, "readlink");
    target[bytes] = 0;
    entry.link = target;
  }
  if (entry.type == TAR_CHARACTER || entry.type == TAR_BLOCK) {
    entry.major = major(found->st_rdev);
    entry.minor = minor(found->st_rdev);
  }
  const char *first = NULL;
  if (entry.type != TAR_DIRECTORY && found->st_nlink > 1) first = inodes_meet(packer->inodes, found, name_of(packer));
  if (first) {
    entry.type = TAR_HARD_LINK;
    strncpy(target, first, sizeof(target) - 1);
    target[sizeof(target) - 1] = 0;
    entry.link = target;
  } else if (entry.type == TAR_FILE) {
    entry.size = (uint64_t)found->st_size;
    add_capability(&entry, file);
  }
  size_t before = buffer_bytes(&packer->name);
  if (entry.type == TAR_DIRECTORY) before = name_enter(packer, "", true);
  entry.name = (char *)(uintptr_t)name_of(packer);
  int result = put_entry(packer, &entry);
  buffer_free(&entry.xattrs);
  name_back(packer, before);
  if (result < 0) return -1;
  if (entry.type == TAR_DIRECTORY) {
    if (packer->whiteouts && is_opaque(file) && put_mark(packer, found, OPAQUE_MARK, true) < 0) return -1;
    return put_tree(packer, file, true);
  }
  return entry.type == TAR_FILE ? put_file(packer, file, entry.size) : 0;
}

static int put_base(struct packer *packer, int parent, const char *base) {
  struct stat found;
  if (fstatat(parent, base, &found, AT_SYMLINK_NOFOLLOW) < 0) return errno == ENOENT ? 0 : fail_here(packer, "lstat");
  AUTO_CLOSE int file = -1;
  if (S_ISREG(found.st_mode) || S_ISDIR(found.st_mode)) {
    file = openat(parent, base, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOATIME);
    // O_NOATIME is for owners.
    if (file < 0 && errno == EPERM) file = openat(parent, base, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return errno == ENOENT ? 0 : fail_here(packer, "open");
    // What was opened counts: the name may be another file's by now.
    if (fstat(file, &found) < 0) return fail_here(packer, "stat");
  }
  return put_found(packer, parent, base, &found, file);
}

/** The entries of `fd`. `slash`: the name so far is that of a directory, and not just a prefix. */
static int put_tree(struct packer *packer, int fd, bool slash) {
  __attribute__((cleanup(names_free))) struct names names;
  if (names_read(fd, &names) < 0) return fail_here(packer, "readdirent");
  for (size_t i = 0; i < names.count; i++) {
    struct stat found;
    bool is_mark = packer->whiteouts && fstatat(fd, names.items[i], &found, AT_SYMLINK_NOFOLLOW) == 0 &&
                   S_ISCHR(found.st_mode) && found.st_rdev == 0;
    int result;
    if (is_mark) {
      char mark[4 + 256];
      stpcpy(stpcpy(mark, WHITEOUT), names.items[i]);
      result = put_mark(packer, &found, mark, slash);
    } else {
      size_t before = name_enter(packer, names.items[i], slash);
      result = put_base(packer, fd, names.items[i]);
      name_back(packer, before);
    }
    if (result < 0) return -1;
  }
  return 0;
}

static int put_all(struct packer *packer, const struct pack_options *options) {
  struct stat found;
  if (lstat(options->path, &found) < 0) return fail_go(packer->err, errno, "lstat %s", options->path);
  if (!options->contents) return put_base(packer, AT_FDCWD, options->path);
  AUTO_CLOSE int fd = open(options->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fail_go(packer->err, errno, "open %s", options->path);
  return put_tree(packer, fd, false);
}

int tree_pack(const struct pack_options *options, struct error *err) {
  struct packer packer = {
      .writer = {.fd = STDOUT_FILENO},
      .inodes = inodes_new(),
      .whiteouts = options->whiteouts,
      .err = err,
  };
  buffer_put(&packer.name, options->contents ? "" : options->name, options->contents ? 1 : strlen(options->name) + 1);
  int result = put_all(&packer, options);
  if (result == 0 && tar_write_end(&packer.writer) < 0) result = fail_go(err, errno, "write archive");
  inodes_free(packer.inodes);
  buffer_free(&packer.name);
  return result;
}
