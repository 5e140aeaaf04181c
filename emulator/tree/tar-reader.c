// Whatever the archive says is checked here, so that the rest may believe it. Messages are those of Go's archive/tar.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "tar.h"
#include "tree.h"

/** Go's limit for headers that replace others. */
#define MAX_SPECIAL_BYTES (1 << 20)

static int malformed(struct error *err) { return fail_text(err, EBADMSG, "archive/tar: invalid tar header"); }
static int cut_off(struct error *err) { return fail_text(err, EBADMSG, "unexpected EOF"); }

void tar_add_xattr(struct tar_entry *entry, const char *name, const void *value, size_t bytes) {
  uint32_t length = (uint32_t)bytes;
  buffer_put(&entry->xattrs, name, strlen(name) + 1);
  buffer_put(&entry->xattrs, &length, sizeof(length));
  buffer_put(&entry->xattrs, value, bytes);
}

void tar_free(struct tar_entry *entry) {
  free(entry->name);
  free(entry->link);
  buffer_free(&entry->xattrs);
}

/** @return 1 when there are bytes, 0 at the end of the input, -1 when it cannot be read */
static int fill(struct tar_reader *reader, struct error *err) {
  if (reader->start < reader->end) return 1;
  ssize_t count = RETRY(read(reader->fd, reader->data, sizeof(reader->data)));
  if (count < 0) return fail_go(err, errno, "read archive");
  reader->start = 0;
  reader->end = (size_t)count;
  return count > 0;
}

/** @return bytes taken: fewer than `bytes` only at the end of the input; -1 */
static ssize_t take(struct tar_reader *reader, void *into, size_t bytes, struct error *err) {
  size_t taken = 0;
  while (taken < bytes) {
    int filled = fill(reader, err);
    if (filled < 0) return -1;
    if (filled == 0) break;
    size_t piece = reader->end - reader->start;
    if (piece > bytes - taken) piece = bytes - taken;
    if (into) memcpy((uint8_t *)into + taken, reader->data + reader->start, piece);
    reader->start += piece;
    taken += piece;
  }
  return (ssize_t)taken;
}

static int skip(struct tar_reader *reader, uint64_t bytes, struct error *err) {
  while (bytes > 0) {
    size_t piece = bytes < (1 << 20) ? (size_t)bytes : 1 << 20;
    ssize_t taken = take(reader, NULL, piece, err);
    if (taken < 0) return -1;
    if ((size_t)taken < piece) return cut_off(err);
    bytes -= piece;
  }
  return 0;
}

void tar_read_rest(struct tar_reader *reader) {
  struct error ignored;
  do reader->start = reader->end;
  while (fill(reader, &ignored) > 0);
}

ssize_t tar_read_content(struct tar_reader *reader, const uint8_t **data, struct error *err) {
  if (reader->content_bytes == 0) return 0;
  int filled = fill(reader, err);
  if (filled < 0) return -1;
  if (filled == 0) return cut_off(err);
  size_t piece = reader->end - reader->start;
  if (piece > reader->content_bytes) piece = (size_t)reader->content_bytes;
  *data = reader->data + reader->start;
  reader->start += piece;
  reader->content_bytes -= piece;
  return (ssize_t)piece;
}

/** Octal digits between spaces and NULs, or a big-endian number behind a set top bit. @return false when malformed */
static bool number(const uint8_t *field, size_t bytes, int64_t *value) {
  uint64_t result = 0;
  if (*field & 0x80) {
    bool negative = *field & 0x40;
    result = negative ? ~0ull : 0;
    for (size_t i = 0; i < bytes; i++) {
      // The bits that are shifted out must all be copies of the sign.
      int64_t high = (int64_t)result >> 55;
      if (i > 0 && high != 0 && high != -1) return false;
      result = result << 8 | (i == 0 ? (negative ? *field | 0x80u : *field & 0x7fu) : field[i]);
    }
    *value = (int64_t)result;
    return true;
  }
  size_t at = 0;
  while (at < bytes && (field[at] == ' ' || field[at] == 0)) at++;
  for (; at < bytes && field[at] != ' ' && field[at] != 0; at++) {
    if (field[at] < '0' || field[at] > '7') return false;
    result = result << 3 | (unsigned)(field[at] - '0');
  }
  *value = (int64_t)result;
  return true;
}

static bool checksum_fits(const uint8_t *block) {
  int64_t stated;
  if (!number(block + 148, 8, &stated)) return false;
  int64_t sum = 8 * ' ', signed_sum = 8 * ' ';
  for (int i = 0; i < TAR_BLOCK_BYTES; i++) {
    if (i >= 148 && i < 156) continue;
    sum += block[i];
    signed_sum += (int8_t)block[i];
  }
  // Some old writers summed signed characters.
  return stated == sum || stated == signed_sum;
}

static char *text(const uint8_t *field, size_t bytes) {
  char *copy = strndup((const char *)field, bytes);
  if (!copy) abort();
  return copy;
}

static char *joined(const char *prefix, char *name) {
  size_t bytes = strlen(prefix) + strlen(name) + 2;
  char *path = malloc(bytes);
  if (!path) abort();
  stpcpy(stpcpy(stpcpy(path, prefix), "/"), name);
  free(name);
  return path;
}

/** What a PAX header or a GNU long name says about the entry after it. */
struct overrides {
  char *name, *link;
  bool has_size, has_uid, has_gid, has_mtime;
  int64_t size, uid, gid, mtime_s;
  long mtime_ns;
  struct buffer xattrs;
};

static void free_overrides(struct overrides *overrides) {
  free(overrides->name);
  free(overrides->link);
  buffer_free(&overrides->xattrs);
}

static bool decimal(const char *value, int64_t *out) {
  char *end;
  errno = 0;
  *out = strtoll(value, &end, 10);
  return errno == 0 && *value && *end == 0;
}

/** "seconds[.fraction]"; nanoseconds count forward from the seconds. */
static bool timestamp(const char *value, struct overrides *overrides) {
  char *end;
  errno = 0;
  overrides->mtime_s = strtoll(value, &end, 10);
  overrides->mtime_ns = 0;
  if (errno || end == value) return false;
  if (*end == '.') {
    long unit = 100000000;
    for (end++; *end >= '0' && *end <= '9'; end++, unit /= 10) overrides->mtime_ns += (*end - '0') * unit;
  }
  if (*end) return false;
  if (*value == '-' && overrides->mtime_ns > 0) {
    overrides->mtime_s--;
    overrides->mtime_ns = 1000000000 - overrides->mtime_ns;
  }
  return overrides->has_mtime = true;
}

static void replace(char **at, const char *value) {
  free(*at);
  *at = *value ? text((const uint8_t *)value, strlen(value)) : NULL;
}

static bool take_record(struct overrides *overrides, const char *key, const char *value, size_t bytes) {
  static const char xattr[] = "SCHILY.xattr.";
  if (strncmp(key, xattr, sizeof(xattr) - 1) == 0) {
    const char *name = key + sizeof(xattr) - 1;
    uint32_t length = (uint32_t)bytes;
    if (strlen(name) > 255) return false;
    buffer_put(&overrides->xattrs, name, strlen(name) + 1);
    buffer_put(&overrides->xattrs, &length, sizeof(length));
    buffer_put(&overrides->xattrs, value, bytes);
    return true;
  }
  // Elsewhere a NUL has no meaning.
  bool whole = memchr(value, 0, bytes) == NULL;
  if (strcmp(key, "path") == 0) return replace(&overrides->name, value), whole;
  if (strcmp(key, "linkpath") == 0) return replace(&overrides->link, value), whole;
  if (strcmp(key, "size") == 0) return overrides->has_size = decimal(value, &overrides->size);
  if (strcmp(key, "uid") == 0) return overrides->has_uid = decimal(value, &overrides->uid);
  if (strcmp(key, "gid") == 0) return overrides->has_gid = decimal(value, &overrides->gid);
  if (strcmp(key, "mtime") == 0) return timestamp(value, overrides);
  return true;
}

static bool take_records(struct overrides *overrides, char *records, size_t bytes) {
  for (char *at = records, *end = records + bytes; at < end;) {
    char *after;
    unsigned long length = strtoul(at, &after, 10);
    // The shortest is "5 a=\n".
    if (after == at || *after != ' ' || length < 5 || length > (size_t)(end - at) || at[length - 1] != '\n') return false;
    char *equals = memchr(after + 1, '=', (size_t)(at + length - after - 1));
    if (!equals) return false;
    *equals = at[length - 1] = 0;
    if (!take_record(overrides, after + 1, equals + 1, (size_t)(at + length - 1 - (equals + 1)))) return false;
    at += length;
  }
  return true;
}

/** The body of a header about another header, with a NUL after it. NULL with `err` filled */
static char *special_body(struct tar_reader *reader, uint64_t size, struct error *err) {
  if (size > MAX_SPECIAL_BYTES) {
    malformed(err);
    return NULL;
  }
  char *body = malloc((size_t)size + 1);
  if (!body) abort();
  ssize_t taken = take(reader, body, (size_t)size, err);
  if (taken >= 0 && (uint64_t)taken == size && skip(reader, -size % TAR_BLOCK_BYTES, err) == 0) {
    body[size] = 0;
    return body;
  }
  if (taken >= 0 && (uint64_t)taken < size) cut_off(err);
  free(body);
  return NULL;
}

static int take_special(struct tar_reader *reader, char type, uint64_t size, struct overrides *overrides,
                        struct error *err) {
  AUTO_FREE char *body = special_body(reader, size, err);
  if (!body) return -1;
  if (type == 'L') replace(&overrides->name, body);
  if (type == 'K') replace(&overrides->link, body);
  if (type == 'x' && !take_records(overrides, body, (size_t)size)) return malformed(err);
  return 0;
}

static bool is_zero(const uint8_t *block) {
  for (int i = 0; i < TAR_BLOCK_BYTES; i++)
    if (block[i]) return false;
  return true;
}

static bool id_fits(int64_t id) { return id >= 0 && id <= UINT32_MAX; }

/** Fills `entry` from its header and what was said about it before. */
static int assemble(const uint8_t *block, struct overrides *overrides, struct tar_entry *entry, struct error *err) {
  int64_t mode, uid, gid, size, mtime, major = 0, minor = 0;
  bool ustar = memcmp(block + 257, "ustar", 5) == 0;
  bool good = number(block + 100, 8, &mode) && number(block + 108, 8, &uid) && number(block + 116, 8, &gid) &&
              number(block + 124, 12, &size) && number(block + 136, 12, &mtime);
  if (ustar) good = good && number(block + 329, 8, &major) && number(block + 337, 8, &minor);
  if (!good) return malformed(err);
  if (overrides->has_size) size = overrides->size;
  if (overrides->has_uid) uid = overrides->uid;
  if (overrides->has_gid) gid = overrides->gid;
  if (size < 0 || !id_fits(uid) || !id_fits(gid) || !id_fits(major) || !id_fits(minor)) return malformed(err);
  entry->type = block[156] ? (char)block[156] : TAR_FILE;
  if (entry->type == '7') entry->type = TAR_FILE;
  entry->mode = (uint32_t)mode & 07777;
  entry->uid = (uint32_t)uid;
  entry->gid = (uint32_t)gid;
  entry->size = (uint64_t)size;
  entry->mtime_s = overrides->has_mtime ? overrides->mtime_s : mtime;
  entry->mtime_ns = overrides->has_mtime ? overrides->mtime_ns : 0;
  entry->major = (unsigned)major;
  entry->minor = (unsigned)minor;
  entry->name = overrides->name;
  if (!entry->name) {
    entry->name = text(block, 100);
    // GNU's own magic ends with spaces, and has other things there.
    if (ustar && block[262] == 0 && block[345]) {
      AUTO_FREE char *prefix = text(block + 345, 155);
      entry->name = joined(prefix, entry->name);
    }
  }
  entry->link = overrides->link ? overrides->link : text(block + 157, 100);
  entry->xattrs = overrides->xattrs;
  *overrides = (struct overrides){0};
  // Before POSIX a directory was a file whose name ends with a slash.
  size_t length = strlen(entry->name);
  if (entry->type == TAR_FILE && length > 0 && entry->name[length - 1] == '/') entry->type = TAR_DIRECTORY;
  if (entry->type != TAR_FILE) entry->size = 0;
  return 1;
}

int tar_read_entry(struct tar_reader *reader, struct tar_entry *entry, struct error *err) {
  *entry = (struct tar_entry){0};
  __attribute__((cleanup(free_overrides))) struct overrides overrides = {0};
  if (skip(reader, reader->content_bytes, err) < 0 || skip(reader, reader->padding_bytes, err) < 0) return -1;
  reader->content_bytes = reader->padding_bytes = 0;
  for (;;) {
    uint8_t block[TAR_BLOCK_BYTES];
    ssize_t taken = take(reader, block, sizeof(block), err);
    if (taken < 0) return -1;
    if (taken == 0 || (taken == sizeof(block) && is_zero(block))) return 0;
    if (taken < (ssize_t)sizeof(block)) return cut_off(err);
    if (!checksum_fits(block)) return malformed(err);
    char type = (char)block[156];
    int64_t size;
    if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
      if (!number(block + 124, 12, &size) || size < 0) return malformed(err);
      if (take_special(reader, type, (uint64_t)size, &overrides, err) < 0) return -1;
      continue;
    }
    if (assemble(block, &overrides, entry, err) < 0) return -1;
    reader->content_bytes = entry->size;
    reader->padding_bytes = -entry->size % TAR_BLOCK_BYTES;
    return 1;
  }
}
