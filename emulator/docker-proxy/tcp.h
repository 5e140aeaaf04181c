// Connections, carried both ways.
#pragma once

#include "arguments.h"

/** Until stdin is closed. @return the exit code */
int tcp_serve(int listener, const struct address *container);
