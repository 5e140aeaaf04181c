// The terminal that we were started on.
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** Bit n: fd n is a terminal. */
uint8_t terminal_bits(void);
/** Of the output's terminal, else of any; 0 and 0 without one. */
void terminal_size(uint16_t *cols, uint16_t *rows);
/** Raw mode of stdin's terminal, as Docker sets it; or as it was. */
void terminal_set_raw(bool raw);
