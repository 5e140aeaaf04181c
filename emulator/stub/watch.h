// The second thread: signals, window size, and stdin when the host asks for it.
#pragma once

#include "stub.h"

/** From here on signals wait for the thread. Before the host can learn of us: none may be lost. */
void watch_hold_signals(struct stub *stub);
/** Starts the thread. @return 0, or -1 with errno */
int watch_start(struct stub *stub);
/** Stdin is to be read once, at most `bytes`. */
void watch_pull(struct stub *stub, uint32_t bytes);
/** As the terminal's Ctrl-Z without us, when there was one. Called by the main thread, between two reads of the channel. */
void watch_stop_if_asked(struct stub *stub);
