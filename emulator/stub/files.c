// Paths are taken as they are: relative ones from where the command was typed.
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "../lib-c/io.h"

static void answer(struct buffer *output, uint32_t id, int number) {
  cli_put_done(output, id, (struct cli_done){.number = (uint32_t)number});
}

/** @return bytes read, or -1 with errno */
static ssize_t read_range(int fd, uint8_t *into, size_t length, uint64_t offset) {
  size_t got = 0;
  while (got < length) {
    ssize_t count = RETRY(pread(fd, into + got, length - got, (off_t)(offset + got)));
    // A pipe, as of <(...), has no positions; what it gives is read in turn.
    if (count < 0 && errno == ESPIPE) count = RETRY(read(fd, into + got, length - got));
    if (count < 0) return -1;
    if (count == 0) break;
    got += (size_t)count;
  }
  return (ssize_t)got;
}

void file_read(struct buffer *output, uint32_t id, const struct cli_read *request) {
  if (request->length > MAX_FRAME_BYTES - FRAME_HEADER_BYTES - sizeof(uint32_t)) return answer(output, id, EINVAL);
  AUTO_CLOSE int fd = open(request->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return answer(output, id, errno);
  AUTO_FREE uint8_t *bytes = malloc(request->length ? request->length : 1);
  if (!bytes) return answer(output, id, ENOMEM);
  ssize_t count = read_range(fd, bytes, request->length, request->offset);
  if (count < 0) return answer(output, id, errno);
  cli_put_content(output, id, (struct cli_content){.content = {(uint32_t)count, bytes}});
}

void file_write(struct buffer *output, uint32_t id, const struct cli_write *request) {
  int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY;
  flags |= request->flags & WRITE_APPEND ? O_APPEND : O_TRUNC;
  if (request->flags & WRITE_EXCLUSIVE) flags |= O_EXCL;
  AUTO_CLOSE int fd = open(request->path, flags, request->mode);
  if (fd < 0) return answer(output, id, errno);
  answer(output, id, write_all(fd, request->content.data, request->content.length) < 0 ? errno : 0);
}

void file_remove(struct buffer *output, uint32_t id, const struct cli_remove *request) {
  answer(output, id, unlink(request->path) < 0 ? errno : 0);
}
