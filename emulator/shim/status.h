// What the shim tells the engine: one JSON object a line on fd 3. What a later engine must know is kept in the bundle, too.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#define STATUS_FD 3

/** {"event": event, "pid": pid} */
void status_process(const char *event, pid_t pid);
/** {"event":"error", "message": message} */
void status_error(const char *message);
/** {"event":"exit", ...}: `wait_status` is waitpid(2)'s. The same line is the file exit.json of `bundle`, if not NULL. */
void status_exit(int wait_status, bool oom_killed, const char *bundle);
/** Writes the file init.pid, as containerd's shim does. */
void status_keep_pid(pid_t pid, const char *bundle);
