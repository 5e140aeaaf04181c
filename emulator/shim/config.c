// The linker puts this reader in the place of libcrun's (--wrap): it leaves out what config_rules() keeps, and for an exec all
// that an exec does not read.
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include <libcrun/utils.h>

typedef runtime_spec_schema_config_schema config_t;
typedef const struct parser_context *context_t;

config_t *__real_runtime_spec_schema_config_schema_parse_file(const char *path, context_t context, parser_error *err);
config_t *__wrap_runtime_spec_schema_config_schema_parse_file(const char *path, context_t context, parser_error *err);

static char *text;
static struct json_text rules;
static const process_t *exec_process;

void config_for_exec(const process_t *process) { exec_process = process; }

struct json_text config_rules(void) { return rules; }

void config_forget(void) {
  free(text);
  text = NULL;
  rules = (struct json_text){NULL, 0};
}

/** @return on the heap, or NULL with errno; `bytes` without the NUL behind it */
static char *read_text(const char *path, size_t *bytes) {
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat found;
  if (fd < 0 || fstat(fd, &found) < 0) return NULL;
  *bytes = (size_t)found.st_size;
  char *content = malloc(*bytes + 1);
  if (content && RETRY(read(fd, content, *bytes)) == (ssize_t)*bytes) {
    content[*bytes] = 0;
    return content;
  }
  free(content);
  return NULL;
}

/** What is left to parse. @return on the heap, or NULL when nothing can be left out */
static char *read_part(const char *path) {
  size_t bytes;
  text = read_text(path, &bytes);
  if (!text) return NULL;
  if (exec_process) {
    char *part = text;
    text = NULL;
    if (keep_for_exec(part, exec_process->capabilities)) return part;
    free(part);
    return NULL;
  }
  rules = find_rules(text);
  char *part = rules.at ? malloc(bytes - rules.bytes + sizeof("[]")) : NULL;
  if (part) copy_without_rules(part, text, rules);
  return part;
}

config_t *__wrap_runtime_spec_schema_config_schema_parse_file(const char *path, context_t context, parser_error *err) {
  config_forget();
  AUTO_FREE char *part = read_part(path);
  if (part) return runtime_spec_schema_config_schema_parse_data(part, context, err);
  config_forget();
  return __real_runtime_spec_schema_config_schema_parse_file(path, context, err);
}

process_t *config_read_process(const char *path, libcrun_error_t *err) {
  struct parser_context context = {0, stderr};
  size_t bytes;
  AUTO_FREE char *content = read_text(path, &bytes);
  yajl_val tree = NULL;
  if (!content) {
    crun_make_error(err, errno, "open `%s`", path);
    return NULL;
  }
  if (parse_json_file(&tree, content, &context, err) < 0) return NULL;
  parser_error reason = NULL;
  process_t *process = make_runtime_spec_schema_config_schema_process(tree, &context, &reason);
  if (!process) crun_make_error(err, errno, "cannot parse process file: %s", reason);
  free(reason);
  yajl_tree_free(tree);
  return process;
}
