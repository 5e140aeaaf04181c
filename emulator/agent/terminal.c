// openpty(3) would start a helper process or look at /dev/pts by name; two ioctls do.
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

#include "../lib-c/io.h"

int terminal_open(int *master_out, int *slave_out, struct error *err) {
  AUTO_CLOSE int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (master < 0) return fail(err, errno, "Cannot open /dev/ptmx");
  int locked = 0;
  if (ioctl(master, TIOCSPTLCK, &locked) < 0) return fail(err, errno, "Cannot unlock a terminal");
  int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave < 0) return fail(err, errno, "Cannot open a terminal's other side");
  *slave_out = slave;
  *master_out = take_fd(&master);
  return 0;
}

int terminal_resize(int fd, uint16_t cols, uint16_t rows, struct error *err) {
  if (cols == 0) return 0;
  struct winsize size = {.ws_col = cols, .ws_row = rows};
  if (ioctl(fd, TIOCSWINSZ, &size) < 0) return fail(err, errno, "Cannot resize a terminal to %ux%u", cols, rows);
  return 0;
}
