// The list of system calls that a config.json's seccomp profile had: it was not parsed with the rest (slim-config.h).
#pragma once

#include "slim-config.h"

/** Of the config.json read last; empty when it has none. */
struct json_text config_rules(void);
/** Gives the memory back: a shim lives as long as its container. */
void config_forget(void);
