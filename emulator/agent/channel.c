// A 9p file of the guest, or a unix socket in tests.
//
// The file is opened with O_NONBLOCK: without it the kernel's 9p client reads again until the whole buffer is full. A read
// still blocks until the host has bytes. Reads and writes name a position (the host does not look at it), since two threads
// that share a file's own position would wait for each other.
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../lib-c/io.h"

#define READ_BYTES (64 * 1024)
#define RELIEF_BYTES (256 * 1024)

static int try_socket(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof(address.sun_path)) return -1;
  strcpy(address.sun_path, path);
  AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) return -1;
  return take_fd(&fd);
}

void channel_open(struct channel *channel) {
  const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
  for (;;) {
    channel->fd = open(channel->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    channel->is_file = channel->fd >= 0;
    // open(2) of a socket says ENXIO, as does a 9p file that nobody serves.
    if (channel->fd < 0 && errno == ENXIO) channel->fd = try_socket(channel->path);
    if (channel->fd >= 0) break;
    nanosleep(&pause, NULL);
  }
  channel->broken = false;
}

void channel_close(struct channel *channel) {
  close_fd(&channel->fd);
  buffer_free(&channel->input);
  buffer_free(&channel->output);
}

/** Room for a whole piece, or for the rest of a frame that is larger. */
static size_t wanted_bytes(const struct buffer *input) {
  uint32_t size = 0;
  if (buffer_bytes(input) >= sizeof(size)) memcpy(&size, buffer_head(input), sizeof(size));
  // frame_next() has refused larger frames.
  if (size <= buffer_bytes(input) + READ_BYTES) return READ_BYTES;
  return size - buffer_bytes(input);
}

int channel_read(struct channel *channel, struct error *err) {
  size_t bytes = wanted_bytes(&channel->input);
  uint8_t *room = buffer_room(&channel->input, bytes);
  ssize_t count =
      channel->is_file ? RETRY(pread(channel->fd, room, bytes, 0)) : RETRY(read(channel->fd, room, bytes));
  if (count < 0) return fail(err, errno, "Cannot read the channel %s", channel->path);
  if (count == 0) return fail(err, EPIPE, "Cannot read the channel %s", channel->path);
  buffer_grow(&channel->input, (size_t)count);
  return 0;
}

void channel_flush(struct channel *channel) {
  while (!channel->broken && channel->fd >= 0 && buffer_bytes(&channel->output) > 0) {
    const uint8_t *head = buffer_head(&channel->output);
    size_t bytes = buffer_bytes(&channel->output);
    ssize_t count =
        channel->is_file ? RETRY(pwrite(channel->fd, head, bytes, 0)) : RETRY(write(channel->fd, head, bytes));
    if (count > 0) {
      buffer_drop(&channel->output, (size_t)count);
      continue;
    }
    channel->broken = true;
    // Wakes the thread that reads; the host of a 9p file ends a held read itself.
    if (!channel->is_file) shutdown(channel->fd, SHUT_RDWR);
  }
  if (channel->broken || channel->fd < 0) buffer_free(&channel->output);
}

void channel_relieve(struct channel *channel) {
  if (buffer_bytes(&channel->output) >= RELIEF_BYTES) channel_flush(channel);
}
