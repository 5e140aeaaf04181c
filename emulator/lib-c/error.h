// One way for every function to fail: return <0 after filling the caller's error.
#pragma once

struct error {
  int number;
  char message[248];
};

/** Fills `err` with `number` (an errno) and "<text>: <strerror>". Always returns -1. */
int fail(struct error *err, int number, const char *format, ...) __attribute__((format(printf, 3, 4)));
