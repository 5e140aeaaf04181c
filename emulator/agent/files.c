// Files are opened with O_NONBLOCK: a FIFO must not stop the agent.
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib-c/io.h"

#define PARENT_MODE 0755
#define FIRST_BYTES ((size_t)16 * 1024)

static int make_directory(const char *path, uint32_t mode, struct error *err) {
  if (mkdir(path, mode) == 0) return 0;
  int number = errno;
  struct stat stat_buffer;
  if (number == EEXIST && stat(path, &stat_buffer) == 0 && S_ISDIR(stat_buffer.st_mode)) return 0;
  return fail(err, number, "Cannot make the directory %s", path);
}

int file_mkdir(const struct agent_mkdir *request, struct error *err) {
  // Most parents exist: one call then.
  if (mkdir(request->path, request->mode) == 0) return 0;
  if (errno != ENOENT) return make_directory(request->path, request->mode, err);
  AUTO_FREE char *path = strdup(request->path);
  if (!path) abort();
  for (char *slash = strchr(path + 1, '/'); *path && slash; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    if (make_directory(path, PARENT_MODE, err) < 0) return -1;
    *slash = '/';
  }
  return make_directory(path, request->mode, err);
}

int file_write(const struct agent_write *request, struct error *err) {
  int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  flags |= request->flags & WRITE_APPEND ? O_APPEND : O_TRUNC;
  if (request->flags & WRITE_EXCLUSIVE) flags |= O_EXCL;
  AUTO_CLOSE int fd = open(request->path, flags, request->mode);
  if (fd < 0) return fail(err, errno, "Cannot open %s for writing", request->path);
  if (write_all(fd, request->content.data, request->content.length) < 0)
    return fail(err, errno, "Cannot write %s", request->path);
  return 0;
}

int file_rename(const struct agent_rename *request, struct error *err) {
  if (rename(request->from, request->to) < 0)
    return fail(err, errno, "Cannot rename %s to %s", request->from, request->to);
  return 0;
}

int file_chown(const struct agent_chown *request, struct error *err) {
  if (lchown(request->path, request->uid, request->gid) < 0)
    return fail(err, errno, "Cannot change the owner of %s", request->path);
  return 0;
}

/**
 * Puts bytes from `offset` on into `output`, all there are and `length` at most. The host asks for half a megabyte of files that
 * have a line or two: room for it is only made when the beginning was full. @return bytes read, or -1 with errno
 */
static ssize_t read_range(struct buffer *output, int fd, size_t length, uint64_t offset) {
  size_t got = 0;
  while (got < length) {
    size_t room = got < FIRST_BYTES && length > FIRST_BYTES ? FIRST_BYTES - got : length - got;
    ssize_t count = RETRY(pread(fd, buffer_room(output, room), room, (off_t)(offset + got)));
    if (count < 0) return -1;
    if (count == 0) break;
    buffer_grow(output, (size_t)count);
    got += (size_t)count;
  }
  return (ssize_t)got;
}

int file_read(struct agent *agent, uint32_t id, const struct agent_read *request, struct error *err) {
  if (request->length > MAX_FRAME_BYTES - FRAME_HEADER_BYTES - sizeof(uint32_t))
    return fail(err, EINVAL, "Cannot read %u bytes of %s at once", request->length, request->path);
  AUTO_CLOSE int fd = open(request->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return fail(err, errno, "Cannot open %s", request->path);
  struct buffer *output = &agent->channel.output;
  size_t begin = frame_begin(output, agent_content_code, id);
  put_u32(output, 0);
  size_t content = buffer_bytes(output);
  ssize_t count = read_range(output, fd, request->length, request->offset);
  if (count < 0) {
    int number = errno;
    output->end = output->start + begin;
    return fail(err, number, "Cannot read %s", request->path);
  }
  uint32_t length = (uint32_t)count;
  memcpy(buffer_head(output) + content - sizeof(length), &length, sizeof(length));
  frame_end(output, begin);
  return 0;
}

int file_stat(struct agent *agent, uint32_t id, const struct agent_stat *request, struct error *err) {
  struct stat found;
  if (lstat(request->path, &found) < 0) return fail(err, errno, "Cannot stat %s", request->path);
  struct agent_attributes attributes = {
      .mode = found.st_mode,
      .size = (uint64_t)found.st_size,
      .mtime_s = (uint64_t)found.st_mtime,
  };
  agent_put_attributes(&agent->channel.output, id, attributes);
  return 0;
}

int file_list(struct agent *agent, uint32_t id, const struct agent_list *request, struct error *err) {
  AUTO_CLOSEDIR DIR *dir = opendir(request->path);
  if (!dir) return fail(err, errno, "Cannot list %s", request->path);
  struct buffer *output = &agent->channel.output;
  size_t begin = frame_begin(output, agent_names_code, id);
  size_t count_at = buffer_bytes(output);
  uint32_t count = 0;
  put_u32(output, count);
  const struct dirent *entry;
  while ((errno = 0, entry = readdir(dir))) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    put_str(output, entry->d_name);
    count++;
  }
  int number = errno;
  if (number == 0 && buffer_bytes(output) - begin > MAX_FRAME_BYTES) number = EOVERFLOW;
  if (number != 0) {
    output->end = output->start + begin;
    return fail(err, number, "Cannot list %s", request->path);
  }
  memcpy(buffer_head(output) + count_at, &count, sizeof(count));
  frame_end(output, begin);
  return 0;
}

int file_symlink(const struct agent_symlink *request, struct error *err) {
  if (symlink(request->target, request->path) < 0) return fail(err, errno, "Cannot make the link %s", request->path);
  return 0;
}
