// Datagrams, and the answers to whoever asked.
#pragma once

#include "arguments.h"

/** Until stdin is closed. @return the exit code */
int udp_serve(int listener, const struct address *container);
