// A loop device detaches itself when its last user goes, so closing our fd is all the clean-up a failed mount needs.
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include "../lib-c/io.h"

#define LOOP_TRIES 16
/** What EROFS images are made of. */
#define LOOP_BLOCK_BYTES 4096
#define LOOP_NAME_BYTES 32

/** Attaches `source` read-only to a free device, whose path goes to `name`. @return the device's fd, or -1 */
static int attach_loop(const char *source, char name[LOOP_NAME_BYTES], struct error *err) {
  AUTO_CLOSE int file = open(source, O_RDONLY | O_CLOEXEC);
  if (file < 0) return fail(err, errno, "Cannot open %s", source);
  AUTO_CLOSE int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  if (control < 0) return fail(err, errno, "Cannot open /dev/loop-control");
  struct loop_config config = {.fd = (uint32_t)file, .block_size = LOOP_BLOCK_BYTES};
  // Direct: through the page cache the device would ask a 9p file for one page at a time.
  config.info.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO;
  strncpy((char *)config.info.lo_file_name, source, LO_NAME_SIZE - 1);
  // Somebody else may take the free device first.
  for (int i = 0; i < LOOP_TRIES; i++) {
    int number = ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0) return fail(err, errno, "Cannot find a free loop device");
    snprintf(name, LOOP_NAME_BYTES, "/dev/loop%d", number);
    AUTO_CLOSE int device = open(name, O_RDWR | O_CLOEXEC);
    if (device < 0) return fail(err, errno, "Cannot open %s", name);
    if (ioctl(device, LOOP_CONFIGURE, &config) == 0) return take_fd(&device);
    if (errno != EBUSY) return fail(err, errno, "Cannot attach %s to %s", source, name);
  }
  return fail(err, EBUSY, "Cannot attach %s to a loop device", source);
}

int mount_serve(const struct agent_mount *request, struct error *err) {
  char name[LOOP_NAME_BYTES];
  const char *source = request->source;
  AUTO_CLOSE int device = -1;
  if (request->loop) {
    device = attach_loop(source, name, err);
    if (device < 0) return -1;
    source = name;
  }
  unsigned long flags = request->flags | (request->loop ? MS_RDONLY : 0);
  if (mount(source, request->target, request->fstype, flags, *request->data ? request->data : NULL) < 0)
    return fail(err, errno, "Cannot mount %s on %s as %s", request->source, request->target, request->fstype);
  return 0;
}

int umount_serve(const struct agent_umount *request, struct error *err) {
  if (umount2(request->target, (int)request->flags) < 0) return fail(err, errno, "Cannot unmount %s", request->target);
  return 0;
}
