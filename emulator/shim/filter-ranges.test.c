// Lets filter-ranges.test.ts see what becomes of a filter: reads one from stdin and writes the new one to stdout.
#include <stdio.h>

#include "filter-ranges.h"

int main(void) {
  static struct sock_filter from[FILTER_MOST], to[FILTER_MOST];
  size_t length = fread(from, sizeof(*from), FILTER_MOST, stdin);
  fwrite(to, sizeof(*to), filter_of_ranges(to, from, length), stdout);
  return 0;
}
