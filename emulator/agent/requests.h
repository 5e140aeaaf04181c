// From a frame to what it asks for.
#pragma once

#include "agent.h"

/**
 * Serves every whole frame of the channel's input, and answers each request.
 * @return 0, or -1 when a frame is malformed: the channel is of no use then
 */
int requests_serve(struct agent *agent, struct error *err);
