// A tree may be deeper than fds or stack allow, so one directory is open at a time and the way back is "..", checked
// against what we came from. rmdir(2) is tried before a directory is entered: it says EBUSY for a mount point, so that
// nothing below one is ever touched.
#include "remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "buffer.h"
#include "io.h"

#define ENTER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/** A directory that was entered: from where, and its name there. */
struct step {
  dev_t device;
  ino_t inode;
  char name[256];
};

/** @return 0 when it is gone, 1 when it is a directory with something in it, -1 with errno */
static int remove_entry(int parent, const char *name) {
  if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) return 0;
  if (errno != EISDIR && errno != EPERM) return -1;
  int number = errno;
  if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return 0;
  if (errno == ENOTEMPTY || errno == EEXIST) return 1;
  if (errno == ENOTDIR) errno = number;
  return -1;
}

/** Removes entries of `dir` until one must be entered first; its name goes to `name`. @return as remove_entry() */
static int remove_entries(int dir, char name[256]) {
  char batch[8192] __attribute__((aligned(__alignof__(struct dirent64))));
  // From the start each time: what was before is gone, and some file systems lose their place when entries go.
  if (lseek(dir, 0, SEEK_SET) < 0) return -1;
  for (;;) {
    long bytes = syscall(SYS_getdents64, dir, batch, sizeof(batch));
    if (bytes <= 0) return (int)bytes;
    for (long at = 0; at < bytes;) {
      struct dirent64 *entry = (struct dirent64 *)(void *)(batch + at);
      at += entry->d_reclen;
      if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
      strcpy(name, entry->d_name);
      int result = remove_entry(dir, name);
      if (result != 0) return result;
    }
  }
}

/** Moves `dir` to its entry or parent `name`. @return 0, or -1 with errno */
static int move_to(int *dir, const char *name) {
  int next = openat(*dir, name, ENTER_FLAGS);
  if (next < 0) return -1;
  close(*dir);
  *dir = next;
  return 0;
}

static int enter(int *dir, struct buffer *steps, const char *name) {
  struct stat from;
  if (fstat(*dir, &from) < 0 || move_to(dir, name) < 0) return -1;
  struct step step = {.device = from.st_dev, .inode = from.st_ino};
  strcpy(step.name, name);
  buffer_put(steps, &step, sizeof(step));
  return 0;
}

/** Goes back up and removes the directory it leaves. @return as remove_entry() */
static int leave(int *dir, struct buffer *steps) {
  struct step step;
  steps->end -= sizeof(step);
  memcpy(&step, steps->data + steps->end, sizeof(step));
  struct stat here;
  if (move_to(dir, "..") < 0 || fstat(*dir, &here) < 0) return -1;
  if (here.st_dev != step.device || here.st_ino != step.inode) {
    // Somebody moved the directory meanwhile: ".." leads elsewhere.
    errno = ESTALE;
    return -1;
  }
  return remove_entry(*dir, step.name);
}

static int remove_below(int *dir, struct buffer *steps, char name[256]) {
  for (;;) {
    int result = remove_entries(*dir, name);
    if (result > 0) result = enter(dir, steps, name);
    else if (result == 0 && buffer_bytes(steps) == 0) return 0;
    else if (result == 0) result = leave(dir, steps);
    // A directory that somebody fills while we empty it: once more.
    if (result < 0) return -1;
  }
}

int remove_tree(const char *path, struct error *err) {
  int result = remove_entry(AT_FDCWD, path);
  if (result == 0) return 0;
  if (result < 0) return errno == ENOTDIR ? 0 : fail(err, errno, "Cannot remove %s", path);
  AUTO_CLOSE int dir = open(path, ENTER_FLAGS);
  if (dir < 0) return fail(err, errno, "Cannot enter %s", path);
  __attribute__((cleanup(buffer_free))) struct buffer steps = {0};
  char name[256] = "";
  if (remove_below(&dir, &steps, name) < 0) return fail(err, errno, "Cannot remove %s (at %s)", path, name);
  if (rmdir(path) < 0 && errno != ENOENT) return fail(err, errno, "Cannot remove %s", path);
  return 0;
}
