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

/** @return on the heap, or NULL with errno */
static char *read_text(const char *path) {
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat found;
  if (fd < 0 || fstat(fd, &found) < 0) return NULL;
  size_t bytes = (size_t)found.st_size;
  char *content = malloc(bytes + 1);
  if (content && RETRY(read(fd, content, bytes)) == (ssize_t)bytes) {
    content[bytes] = 0;
    return content;
  }
  free(content);
  return NULL;
}

/** @return false when nothing can be left out of `text` */
static bool leave_out(char *left) {
  if (exec_process) return copy_for_exec(left, text, exec_process->capabilities != NULL);
  rules = find_rules(text);
  if (rules.at) copy_without_rules(left, text, rules);
  return rules.at != NULL;
}

config_t *__wrap_runtime_spec_schema_config_schema_parse_file(const char *path, context_t context, parser_error *err) {
  config_forget();
  text = read_text(path);
  AUTO_FREE char *left = text ? malloc(strlen(text) + 1) : NULL;
  if (left && leave_out(left)) return runtime_spec_schema_config_schema_parse_data(left, context, err);
  config_forget();
  return __real_runtime_spec_schema_config_schema_parse_file(path, context, err);
}

process_t *config_read_process(const char *path, libcrun_error_t *err) {
  struct parser_context context = {0, stderr};
  AUTO_FREE char *content = read_text(path);
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
