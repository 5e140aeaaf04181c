// No stdio is in use, so there is nothing to flush: the process just ends.
#include "leave.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "helper.h"
#include "terminal.h"

/** What a shell reports for signal n, should the signal not end us after all. */
#define SIGNAL_EXIT_BASE 128

void leave(int code, int signal_number) {
  terminal_set_raw(false);
  helper_kill();
  if (signal_number != 0) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal_number);
    signal(signal_number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(signal_number);
    code = SIGNAL_EXIT_BASE + signal_number;
  }
  _exit(code);
}

void leave_complaining(const char *message) {
  (void)!write(STDERR_FILENO, message, strlen(message));
  leave(1, 0);
}
