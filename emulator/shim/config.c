// The linker puts this reader in the place of libcrun's (--wrap): it leaves out what config_rules() keeps.
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "crun-library.h"

typedef runtime_spec_schema_config_schema config_t;
typedef const struct parser_context *context_t;

config_t *__real_runtime_spec_schema_config_schema_parse_file(const char *path, context_t context, parser_error *err);
config_t *__wrap_runtime_spec_schema_config_schema_parse_file(const char *path, context_t context, parser_error *err);

static char *text;
static struct json_text rules;

struct json_text config_rules(void) { return rules; }

void config_forget(void) {
  free(text);
  text = NULL;
  rules = (struct json_text){NULL, 0};
}

/** @return 0 with the whole file in `text`, or -1 */
static int read_text(const char *path) {
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat found;
  if (fd < 0 || fstat(fd, &found) < 0) return -1;
  size_t bytes = (size_t)found.st_size;
  text = malloc(bytes + 1);
  if (!text || RETRY(read(fd, text, bytes)) != (ssize_t)bytes) return -1;
  text[bytes] = 0;
  return 0;
}

config_t *__wrap_runtime_spec_schema_config_schema_parse_file(const char *path, context_t context, parser_error *err) {
  config_forget();
  if (read_text(path) == 0) rules = find_rules(text);
  char *left = rules.at ? malloc(strlen(text) + 1) : NULL;
  if (!left) {
    config_forget();
    return __real_runtime_spec_schema_config_schema_parse_file(path, context, err);
  }
  copy_without_rules(left, text, rules);
  config_t *config = runtime_spec_schema_config_schema_parse_data(left, context, err);
  free(left);
  return config;
}
