// The text of an error: what was tried, on which value, and why the kernel said no.
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int fail(struct error *err, int number, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int length = vsnprintf(err->message, sizeof(err->message), format, args);
  va_end(args);
  if (length >= 0 && (size_t)length < sizeof(err->message))
    snprintf(err->message + length, sizeof(err->message) - (size_t)length, ": %s", strerror(number));
  err->number = number;
  return -1;
}
