// Lets slim-config.test.ts cut a config.json: `rules CONFIG` prints what was cut out, and what is left; `exec CONFIG` what an
// exec reads, `exec-able CONFIG` what it reads when it brings its capabilities.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slim-config.h"

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  char *left = malloc(strlen(argv[2]) + 1);
  if (strcmp(argv[1], "rules") == 0) {
    struct json_text rules = find_rules(argv[2]);
    if (rules.at) {
      copy_without_rules(left, argv[2], rules);
      printf("%.*s\n%s\n", (int)rules.bytes, rules.at, left);
    }
  } else if (keep_for_exec(strcpy(left, argv[2]), strcmp(argv[1], "exec-able") == 0))
    printf("%s\n", left);
  free(left);
  return 0;
}
