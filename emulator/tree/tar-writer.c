// A record goes into the PAX header only when the ustar header cannot hold it: most entries need none.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../lib-c/io.h"
#include "tar.h"

#define FLUSH_BYTES (64 * 1024)
#define MAX_OCTAL_ID 07777777u
#define MAX_OCTAL_SIZE 077777777777ull

static int flush(struct tar_writer *writer) {
  if (write_all(writer->fd, buffer_head(&writer->pending), buffer_bytes(&writer->pending)) < 0) return -1;
  buffer_drop(&writer->pending, buffer_bytes(&writer->pending));
  return 0;
}

int tar_write_content(struct tar_writer *writer, const void *data, size_t bytes) {
  buffer_put(&writer->pending, data, bytes);
  return buffer_bytes(&writer->pending) >= FLUSH_BYTES ? flush(writer) : 0;
}

int tar_write_zeros(struct tar_writer *writer, uint64_t bytes) {
  static const uint8_t zeros[4096];
  for (size_t piece; bytes > 0; bytes -= piece) {
    piece = bytes < sizeof(zeros) ? (size_t)bytes : sizeof(zeros);
    if (tar_write_content(writer, zeros, piece) < 0) return -1;
  }
  return 0;
}

int tar_write_padding(struct tar_writer *writer, uint64_t content_bytes) {
  return tar_write_zeros(writer, -content_bytes % TAR_BLOCK_BYTES);
}

int tar_write_end(struct tar_writer *writer) {
  int result = tar_write_zeros(writer, 2 * TAR_BLOCK_BYTES) < 0 ? -1 : flush(writer);
  buffer_free(&writer->pending);
  return result;
}

/** The part of a name that an old reader sees: its ASCII, cut off. */
static void put_text(uint8_t *field, size_t bytes, const char *text) {
  for (size_t at = 0; *text && at < bytes; text++)
    if ((unsigned char)*text < 0x80) field[at++] = (uint8_t)*text;
}

static void put_octal(uint8_t *field, size_t bytes, uint64_t value) {
  field[bytes - 1] = 0;
  for (size_t at = bytes - 1; at-- > 0; value >>= 3) field[at] = (uint8_t)('0' + (value & 7));
}

static void fill_block(uint8_t block[TAR_BLOCK_BYTES], const struct tar_entry *entry) {
  memset(block, 0, TAR_BLOCK_BYTES);
  put_text(block, 100, entry->name);
  put_octal(block + 100, 8, entry->mode & 07777);
  put_octal(block + 108, 8, entry->uid <= MAX_OCTAL_ID ? entry->uid : 0);
  put_octal(block + 116, 8, entry->gid <= MAX_OCTAL_ID ? entry->gid : 0);
  put_octal(block + 124, 12, entry->size <= MAX_OCTAL_SIZE ? entry->size : 0);
  put_octal(block + 136, 12, entry->mtime_s >= 0 ? (uint64_t)entry->mtime_s : 0);
  block[156] = (uint8_t)entry->type;
  if (entry->link) put_text(block + 157, 100, entry->link);
  memcpy(block + 257, "ustar\0" "00", 8);
  put_octal(block + 329, 8, entry->major);
  put_octal(block + 337, 8, entry->minor);
  memset(block + 148, ' ', 8);
  unsigned sum = 0;
  for (int i = 0; i < TAR_BLOCK_BYTES; i++) sum += block[i];
  put_octal(block + 148, 7, sum);
}

static bool fits(const char *text) {
  if (strlen(text) > 100) return false;
  for (; *text; text++)
    if ((unsigned char)*text >= 0x80) return false;
  return true;
}

static int digits(size_t number) {
  int count = 1;
  while (number >= 10) {
    number /= 10;
    count++;
  }
  return count;
}

/** "<length> <key>=<value>\n", the length counting itself. */
static void put_record(struct buffer *records, const char *key, const void *value, size_t bytes) {
  size_t rest = strlen(key) + bytes + 3;
  size_t length = rest + (size_t)digits(rest);
  if (digits(length) > digits(rest)) length = rest + (size_t)digits(length);
  char head[512];
  int head_bytes = snprintf(head, sizeof(head), "%zu %s=", length, key);
  buffer_put(records, head, (size_t)head_bytes);
  buffer_put(records, value, bytes);
  buffer_put(records, "\n", 1);
}

static void put_number(struct buffer *records, const char *key, long long value) {
  char text[32];
  put_record(records, key, text, (size_t)snprintf(text, sizeof(text), "%lld", value));
}

/** In the order of the keys, as Go writes them. */
static void put_records(struct buffer *records, const struct tar_entry *entry) {
  for (const uint8_t *at = buffer_head(&entry->xattrs), *end = at + buffer_bytes(&entry->xattrs); at < end;) {
    char key[300];
    uint32_t bytes;
    snprintf(key, sizeof(key), "SCHILY.xattr.%s", (const char *)at);
    at += strlen((const char *)at) + 1;
    memcpy(&bytes, at, sizeof(bytes));
    put_record(records, key, at + sizeof(bytes), bytes);
    at += sizeof(bytes) + bytes;
  }
  if (entry->gid > MAX_OCTAL_ID) put_number(records, "gid", entry->gid);
  if (entry->link && !fits(entry->link)) put_record(records, "linkpath", entry->link, strlen(entry->link));
  if (entry->mtime_s < 0) put_number(records, "mtime", entry->mtime_s);
  if (!fits(entry->name)) put_record(records, "path", entry->name, strlen(entry->name));
  if (entry->size > MAX_OCTAL_SIZE) put_number(records, "size", (long long)entry->size);
  if (entry->uid > MAX_OCTAL_ID) put_number(records, "uid", entry->uid);
}

static int write_records(struct tar_writer *writer, const struct tar_entry *entry, const struct buffer *records) {
  // Readers that know no PAX make a file of it, beside the entry's.
  char name[100];
  size_t length = strlen(entry->name);
  while (length > 0 && entry->name[length - 1] == '/') length--;
  size_t folder = length;
  while (folder > 0 && entry->name[folder - 1] != '/') folder--;
  snprintf(name, sizeof(name), "%.*sPaxHeaders.0/%.*s", (int)folder, entry->name, (int)(length - folder),
           entry->name + folder);
  struct tar_entry header = {.type = 'x', .name = name, .size = buffer_bytes(records)};
  uint8_t block[TAR_BLOCK_BYTES];
  fill_block(block, &header);
  if (tar_write_content(writer, block, sizeof(block)) < 0) return -1;
  if (tar_write_content(writer, buffer_head(records), buffer_bytes(records)) < 0) return -1;
  return tar_write_padding(writer, buffer_bytes(records));
}

int tar_write_entry(struct tar_writer *writer, const struct tar_entry *entry) {
  __attribute__((cleanup(buffer_free))) struct buffer records = {0};
  put_records(&records, entry);
  if (buffer_bytes(&records) > 0 && write_records(writer, entry, &records) < 0) return -1;
  uint8_t block[TAR_BLOCK_BYTES];
  fill_block(block, entry);
  return tar_write_content(writer, block, sizeof(block));
}
