// Only the engine calls the shim, so a mistake gets no more than a refusal.
#include "arguments.h"

#include <stddef.h>
#include <string.h>

/** Where the `crun` command looks too, so that `crun list` shows Docker's containers. */
#define STATE_ROOT "/run/crun"

int arguments_parse(struct arguments *arguments, int argc, char **argv) {
  *arguments = (struct arguments){.state_root = STATE_ROOT};
  const struct {
    const char *name;
    const char **value;
  } options[] = {
      {"--id", &arguments->id},
      {"--bundle", &arguments->bundle},
      {"--process", &arguments->process},
      {"--console-socket", &arguments->console_socket},
      {"--state-root", &arguments->state_root},
      {"--hold", &arguments->hold},
  };
  if (argc < 2) return -1;
  static const char *const actions[] = {[ACTION_RUN] = "run", [ACTION_EXEC] = "exec", [ACTION_DELETE] = "delete"};
  unsigned int action = 0;
  while (action < sizeof(actions) / sizeof(*actions) && strcmp(argv[1], actions[action]) != 0) action++;
  if (action == sizeof(actions) / sizeof(*actions)) return -1;
  arguments->action = action;
  for (int i = 2; i < argc; i += 2) {
    const char **value = NULL;
    for (size_t j = 0; j < sizeof(options) / sizeof(*options); j++)
      if (strcmp(argv[i], options[j].name) == 0) value = options[j].value;
    if (!value || i + 1 == argc) return -1;
    *value = argv[i + 1];
  }
  return arguments->id && (action == ACTION_EXEC ? arguments->process : arguments->bundle) ? 0 : -1;
}
