// Requests about files. Each fails with the errno of the call that failed.
#pragma once

#include "agent.h"

int file_mkdir(const struct agent_mkdir *request, struct error *err);
int file_chown(const struct agent_chown *request, struct error *err);
int file_rename(const struct agent_rename *request, struct error *err);
int file_write(const struct agent_write *request, struct error *err);
/** Answers `content`. */
int file_read(struct agent *agent, uint32_t id, const struct agent_read *request, struct error *err);
/** Answers `attributes`. */
int file_stat(struct agent *agent, uint32_t id, const struct agent_stat *request, struct error *err);
/** Answers `names`. */
int file_list(struct agent *agent, uint32_t id, const struct agent_list *request, struct error *err);
int file_symlink(const struct agent_symlink *request, struct error *err);
