// The tar format, as Go's archive/tar writes it: ustar headers, with a PAX header before those that do not fit (POSIX.1-2017
// pax, "ustar Interchange Format" and "pax Extended Header"). Reading takes GNU's long names and numbers, too.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib-c/buffer.h"
#include "../lib-c/error.h"

#define TAR_BLOCK_BYTES 512

enum {
  TAR_FILE = '0',
  TAR_HARD_LINK = '1',
  TAR_SYMLINK = '2',
  TAR_CHARACTER = '3',
  TAR_BLOCK = '4',
  TAR_DIRECTORY = '5',
  TAR_FIFO = '6',
};

struct tar_entry {
  char type;
  /** On the heap when read; ends with a slash for a directory when written. */
  char *name, *link;
  uint32_t mode, uid, gid;
  /** Bytes of content that follow. */
  uint64_t size;
  int64_t mtime_s;
  long mtime_ns;
  unsigned major, minor;
  /** Records of `name NUL length(4 bytes) value`. */
  struct buffer xattrs;
};

void tar_add_xattr(struct tar_entry *entry, const char *name, const void *value, size_t bytes);
void tar_free(struct tar_entry *entry);

struct tar_writer {
  int fd;
  struct buffer pending;
};

int tar_write_entry(struct tar_writer *writer, const struct tar_entry *entry);
/** Content of the last entry; `tar_write_padding` follows it. @return 0, or -1 with errno */
int tar_write_content(struct tar_writer *writer, const void *data, size_t bytes);
int tar_write_zeros(struct tar_writer *writer, uint64_t bytes);
int tar_write_padding(struct tar_writer *writer, uint64_t content_bytes);
/** The end of the archive. */
int tar_write_end(struct tar_writer *writer);

struct tar_reader {
  int fd;
  uint8_t data[64 * 1024];
  size_t start, end;
  /** Of the entry that was read last: content not taken, and padding after it. */
  uint64_t content_bytes, padding_bytes;
};

/** @return 1 with the next entry, 0 at the end of the archive, -1 when it is malformed or cut off */
int tar_read_entry(struct tar_reader *reader, struct tar_entry *entry, struct error *err);
/** Up to what is at hand of the entry's content. @return bytes, 0 at its end, -1 when the archive is cut off */
ssize_t tar_read_content(struct tar_reader *reader, const uint8_t **data, struct error *err);
/** Takes what follows the archive, so that its writer does not fail. */
void tar_read_rest(struct tar_reader *reader);
