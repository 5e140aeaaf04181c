// libcrun's headers, in the order that they need. Their documentation is crun's source, 1.8.1.
#pragma once

#include <config.h>

#include <libcrun/cgroup.h>
#include <libcrun/container.h>
#include <libcrun/error.h>
#include <libcrun/status.h>
