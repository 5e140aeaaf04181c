// A socket stays in the namespace where it was made, so the agent is back in its own before it says anything.
#include "namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "../lib-c/io.h"

static int own_namespace(void) {
  static int fd = -1;
  if (fd < 0) fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  return fd;
}

int namespace_socket(const char *netns, int family, int type, int protocol, struct error *err) {
  int made = -1;
  if (*netns) {
    AUTO_CLOSE int namespace = open(netns, O_RDONLY | O_CLOEXEC);
    if (namespace < 0) return fail(err, errno, "Cannot open %s", netns);
    int own = own_namespace();
    if (own < 0) return fail(err, errno, "Cannot open the agent's network namespace");
    if (setns(namespace, CLONE_NEWNET) < 0) return fail(err, errno, "Cannot enter %s", netns);
    made = socket(family, type | SOCK_CLOEXEC, protocol);
    int number = errno;
    // Everything else that the agent does would be in the wrong place.
    if (setns(own, CLONE_NEWNET) < 0) abort();
    errno = number;
  } else
    made = socket(family, type | SOCK_CLOEXEC, protocol);
  return made < 0 ? fail(err, errno, "Cannot open a socket") : made;
}
