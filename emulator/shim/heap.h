// The shim's own heap.
#pragma once

/** Gives the kernel back every page on which nothing is in use any more. */
void heap_trim(void);
