// Error texts as Go's os package has them: the kernel's words in lower case, after the call and its path.
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tree.h"

static int fill(struct error *err, int number, const char *format, va_list args) {
  vsnprintf(err->message, sizeof(err->message), format, args);
  err->number = number;
  return -1;
}

int fail_text(struct error *err, int number, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fill(err, number, format, args);
  va_end(args);
  return -1;
}

int fail_go(struct error *err, int number, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fill(err, number, format, args);
  va_end(args);
  size_t length = strlen(err->message);
  const char *reason = strerror(number);
  // "Invalid cross-device link", but "RPC struct is bad": a second capital keeps the first.
  char first = isupper((unsigned char)reason[1]) ? reason[0] : (char)tolower((unsigned char)reason[0]);
  snprintf(err->message + length, sizeof(err->message) - length, ": %c%s", first, reason + 1);
  return -1;
}
