// Most of a config.json is the seccomp profile's list of system calls: parsing it would cost more than all the rest of a
// `docker exec`, which needs none of it (libcrun keeps the compiled filter), and a third of a start, whose filter is cached.
#pragma once

#include <stddef.h>

struct json_text {
  const char *at;
  size_t bytes;
};

/** The array linux.seccomp.syscalls of a config.json. @return its text, brackets included; empty when there is none */
struct json_text find_rules(const char *config);
/** `to` gets `config` with an empty array in the place of the rules that find_rules found: as many bytes at most. */
void copy_without_rules(char *to, const char *config, struct json_text rules);
