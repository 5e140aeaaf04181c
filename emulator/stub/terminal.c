// One saved mode, restored by whoever ends the program.
#include "terminal.h"

#include <pthread.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/** Either thread may be the one that ends the program, and must not leave the terminal raw. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct termios saved;
static bool is_raw;

uint8_t terminal_bits(void) {
  uint8_t bits = 0;
  for (int fd = 0; fd < 3; fd++) bits |= (uint8_t)(isatty(fd) << fd);
  return bits;
}

void terminal_size(uint16_t *cols, uint16_t *rows) {
  static const int fds[] = {STDOUT_FILENO, STDERR_FILENO, STDIN_FILENO};
  *cols = *rows = 0;
  for (int i = 0; i < 3; i++) {
    struct winsize size;
    if (ioctl(fds[i], TIOCGWINSZ, &size) < 0) continue;
    *cols = size.ws_col;
    *rows = size.ws_row;
    return;
  }
}

void terminal_set_raw(bool raw) {
  pthread_mutex_lock(&lock);
  if (raw && !is_raw && tcgetattr(STDIN_FILENO, &saved) == 0) {
    struct termios changed = saved;
    cfmakeraw(&changed);
    is_raw = tcsetattr(STDIN_FILENO, TCSANOW, &changed) == 0;
  } else if (!raw && is_raw) {
    tcsetattr(STDIN_FILENO, TCSANOW, &saved);
    is_raw = false;
  }
  pthread_mutex_unlock(&lock);
}
