// The channel as buffers of frames. Its two threads never wait for each other's reads and writes: see lib-c/host-file.c.
#include "channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "../lib-c/io.h"

/** A full `data` frame in one read. */
#define READ_BYTES (MAX_DATA_BYTES + 4096)
#define RELIEF_BYTES (256 * 1024)

void channel_open(struct channel *channel) {
  const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
  while (host_file_open(&channel->file, channel->path) < 0) nanosleep(&pause, NULL);
  channel->broken = false;
}

void channel_close(struct channel *channel) {
  close_fd(&channel->file.fd);
  buffer_free(&channel->input);
  buffer_free(&channel->output);
}

/** Room for a whole piece, or for the rest of a frame that is larger. */
static size_t wanted_bytes(const struct buffer *input) {
  uint32_t size = 0;
  if (buffer_bytes(input) >= sizeof(size)) memcpy(&size, buffer_head(input), sizeof(size));
  // frame_next() has refused a size that is too large.
  if (size <= buffer_bytes(input) + READ_BYTES) return READ_BYTES;
  return size - buffer_bytes(input);
}

int channel_read(struct channel *channel, struct error *err) {
  size_t bytes = wanted_bytes(&channel->input);
  uint8_t *room = buffer_room(&channel->input, bytes);
  ssize_t count = host_file_read(&channel->file, room, bytes);
  if (count < 0) return fail(err, errno, "Cannot read the channel %s", channel->path);
  if (count == 0) return fail(err, EPIPE, "Cannot read the channel %s", channel->path);
  buffer_grow(&channel->input, (size_t)count);
  return 0;
}

void channel_flush(struct channel *channel) {
  while (!channel->broken && channel->file.fd >= 0 && buffer_bytes(&channel->output) > 0) {
    ssize_t count =
        host_file_write(&channel->file, buffer_head(&channel->output), buffer_bytes(&channel->output));
    if (count > 0) {
      buffer_drop(&channel->output, (size_t)count);
      continue;
    }
    channel->broken = true;
    // Wakes the thread that reads; the host of a 9p file ends a held read itself.
    if (channel->file.is_socket) shutdown(channel->file.fd, SHUT_RDWR);
  }
  if (channel->broken || channel->file.fd < 0) buffer_free(&channel->output);
}

void channel_relieve(struct channel *channel) {
  if (buffer_bytes(&channel->output) >= RELIEF_BYTES) channel_flush(channel);
}
