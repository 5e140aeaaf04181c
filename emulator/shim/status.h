// What the shim tells the engine: one JSON object a line on fd 3.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#define STATUS_FD 3

/** {"event": event, "pid": pid} */
void status_process(const char *event, pid_t pid);
/** {"event":"error", "message": message} */
void status_error(const char *message);
/** {"event":"exit", ...}: `wait_status` is waitpid(2)'s. */
void status_exit(int wait_status, bool oom_killed);
