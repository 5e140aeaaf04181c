// The ways out.
#pragma once

#include <stdint.h>

/** Restores the terminal and exits; when `signal` is not 0, dies by that signal instead. */
_Noreturn void leave(int code, int signal);
/** Says `message` on stderr and exits with 1. */
_Noreturn void leave_complaining(const char *message);
