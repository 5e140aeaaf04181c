// Before a program runs libcrun gives each of 64 signals its default action again, one system call each. The agent starts us with
// all of them that way, and what nobody has changed since is left alone. The linker puts this function in the place of libc's
// (--wrap).
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

int __real_sigaction(int number, const struct sigaction *action, struct sigaction *old);
int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *old);

int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *old) {
  static bool is_changed;
  bool is_default = action && action->sa_handler == SIG_DFL && action->sa_flags == 0;
  if (is_default && !old && !is_changed && number > 0 && number < NSIG) return 0;
  is_changed = is_changed || (action && !is_default);
  return __real_sigaction(number, action, old);
}
