// Lets events.test.ts look at what the shim says and understands, without libcrun:
//   error TEXT | exit WAIT_STATUS OOM BUNDLE | process EVENT PID | arguments ...
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "status.h"

static const char *shown(const char *text) { return text ? text : "-"; }

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "error") == 0) status_error(argv[2]);
  if (argc == 5 && strcmp(argv[1], "exit") == 0) status_exit(atoi(argv[2]), atoi(argv[3]) != 0, argv[4]);
  if (argc == 4 && strcmp(argv[1], "process") == 0) status_process(argv[2], atoi(argv[3]));
  if (argc < 2 || strcmp(argv[1], "arguments") != 0) return 0;
  struct arguments a;
  if (arguments_parse(&a, argc - 1, argv + 1) < 0) return 2;
  dprintf(STATUS_FD, "%d %s %s %s %s %s\n", (int)a.action, shown(a.id), shown(a.bundle), shown(a.process),
          shown(a.console_socket), shown(a.state_root));
  return 0;
}
