// Processes that outlive the channel, with their streams, until a host takes them over again.
#pragma once

#include "child.h"

/** Refuses a name that a kept process has. */
int keep_check(struct agent *agent, const char *name, struct error *err);
/** The channel of a named process is gone. */
void keep_orphan(struct agent *agent, struct child *child);
/** Answers `names`. */
int keep_list(struct agent *agent, uint32_t request);
/** Answers `spawned`; what happened meanwhile follows. */
int keep_adopt(struct agent *agent, uint32_t request, const struct agent_adopt *adopt, struct error *err);
