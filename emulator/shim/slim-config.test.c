// Lets slim-config.test.ts cut a config.json: prints what was cut out, and what is left.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slim-config.h"

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  struct json_text rules = find_rules(argv[1]);
  if (!rules.at) return 0;
  char *left = malloc(strlen(argv[1]) + 1);
  copy_without_rules(left, argv[1], rules);
  printf("%.*s\n%s\n", (int)rules.bytes, rules.at, left);
  free(left);
  return 0;
}
