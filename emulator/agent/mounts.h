// Mounting, with loop devices on demand.
#pragma once

#include "../lib-c/error.h"
#include "protocol.h"

int mount_serve(const struct agent_mount *request, struct error *err);
int umount_serve(const struct agent_umount *request, struct error *err);
