// The terminal that an OCI runtime makes inside a container and hands over through a unix socket (--console-socket).
#pragma once

#include "stream.h"

struct console;

/** Listens at `path`. Free it with console_close(). @return NULL on failure */
struct console *console_listen(struct agent *agent, const char *path, struct error *err);
/** The streams that the terminal will serve; `in_id` may be 0. They are open already. */
void console_expect(struct console *console, uint32_t out_id, uint32_t in_id, uint16_t cols, uint16_t rows);
/** Its streams have other numbers now. */
void console_follow(struct console *console, uint32_t out_id, uint32_t in_id);
/** Takes the terminal if it came, else ends the streams; then forgets the console. For when the child has exited. */
void console_finish(struct agent *agent, struct console *console);
void console_close(struct agent *agent, struct console *console);
