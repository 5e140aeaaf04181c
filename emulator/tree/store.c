// store: a file appears under its name when it is complete; what was there before stays until then.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "tree.h"

#define PIECE_BYTES (64 * 1024)

static int copy_stdin(int fd) {
  static char piece[PIECE_BYTES];
  for (;;) {
    ssize_t count = RETRY(read(STDIN_FILENO, piece, sizeof(piece)));
    if (count <= 0) return (int)count;
    if (write_all(fd, piece, (size_t)count) < 0) return -1;
  }
}

static char partial[PATH_MAX];

static void give_up(int number) {
  unlink(partial);
  _exit(128 + number);
}

int tree_store(const char *path, const char *mode, struct error *err) {
  const char *slash = strrchr(path, '/');
  int folder = slash ? (int)(slash - path + 1) : 0;
  if (snprintf(partial, sizeof(partial), "%.*s.tmp-%sXXXXXX", folder, path, path + folder) >= (int)sizeof(partial))
    return fail_go(err, ENAMETOOLONG, "open %s", path);
  AUTO_CLOSE int fd = mkostemp(partial, O_CLOEXEC);
  if (fd < 0) return fail_go(err, errno, "open %s", path);
  signal(SIGTERM, give_up);
  signal(SIGINT, give_up);
  // Whoever feeds us closes the pipe when it dies, too: that is not the end of the file.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (copy_stdin(fd) == 0 && fchmod(fd, (mode_t)strtoul(mode, NULL, 8)) == 0 && rename(partial, path) == 0) return 0;
  int number = errno;
  unlink(partial);
  return fail_go(err, number, "write %s", path);
}
