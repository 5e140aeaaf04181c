// Most of a config.json is the seccomp profile's list of system calls: parsing it would cost more than all the rest of a
// `docker exec`, which needs none of it (libcrun keeps the compiled filter), and a third of a start, whose filter is cached.
// Of the rest an exec wants little more than the namespaces.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct json_text {
  const char *at;
  size_t bytes;
};

/** @param object text that begins with a brace; NULL is none. @return the value of its member `name`, or NULL */
const char *json_member(const char *object, const char *name);
/** The array linux.seccomp.syscalls of a config.json. @return its text, brackets included; empty when there is none */
struct json_text find_rules(const char *config);
/** `to` gets `config` with an empty array in the place of the rules that find_rules found: as many bytes at most. */
void copy_without_rules(char *to, const char *config, struct json_text rules);
/**
 * Leaves of `config` what libcrun_container_exec_with_options() of crun 1.8.1 reads of a container's config.json.
 * @param has_capabilities the new process brings its own. @return false when it was not what was expected; it is spoilt then
 */
bool keep_for_exec(char *config, bool has_capabilities);
