// The container's config.json, and what an exec runs: read with less than all of it parsed (slim-config.h).
#pragma once

#include "crun-library.h"
#include "slim-config.h"

typedef runtime_spec_schema_config_schema_process process_t;

/** A file in which an exec's process is described. @return on the heap, or NULL with `err` */
process_t *config_read_process(const char *path, libcrun_error_t *err);
/** What is read next is read for this exec. */
void config_for_exec(const process_t *process);
/** The list of system calls of the seccomp profile in the config.json read last; empty when it has none. */
struct json_text config_rules(void);
/** Gives the memory back: a shim lives as long as its container. */
void config_forget(void);
