// What goes wrong in the container's process until its program runs. libcrun would print it on stderr, which is the
// container's; here it comes through a pipe that closes when the program is executed.
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** Makes libcrun's messages of this process and its children go to the report. @return 0, or -1 with errno */
int report_open(void);
/** Ends this process's part. Then waits until the children have executed or are gone. @return true when they reported */
bool report_read(char *text, size_t room);
