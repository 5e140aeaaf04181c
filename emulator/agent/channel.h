// The byte channel to the host.
#pragma once

#include "agent.h"

/** Tries until somebody serves the channel. */
void channel_open(struct channel *channel);
void channel_close(struct channel *channel);
/** Waits for bytes and adds them to the input. @return 0, or -1 when the channel is gone */
int channel_read(struct channel *channel, struct error *err);
/** Sends the output. On failure it is dropped, and the channel is broken until it is opened again. */
void channel_flush(struct channel *channel);
/** As channel_flush(), but only when much is waiting. Call it after adding to the output. */
void channel_relieve(struct channel *channel);
