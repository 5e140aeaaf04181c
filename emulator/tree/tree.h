// What the program does, one function a command. Messages of errors are worded as Go's os package words them: they are
// shown to people by a client that is known for those words.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "../lib-c/error.h"

struct pack_options {
  const char *path;
  /** Name of `path` in the archive; "" makes every name start with a slash. */
  const char *name;
  /** Without an entry for `path` itself, names relative to it. */
  bool contents;
  /** overlayfs' marks for deleted files and opaque directories become OCI's (image spec, layer.md). */
  bool whiteouts;
};

struct unpack_options {
  const char *directory;
  /** The kernel confines us already: links may lead anywhere. Else nothing outside of `directory` is touched. */
  bool confined;
  /** Owners as the archive has them; or all `uid` and `gid`; or, with neither, whoever we run as. */
  bool keep_owner, set_owner;
  unsigned uid, gid;
  /** A directory and something else do not replace each other. */
  bool no_overwrite;
  /** What names start with, and what they start with instead; NULL for as they are. */
  const char *rename_from, *rename_to;
};

/** The text of `number` as Go has it: "%s: no such file or directory" after `format`. Always returns -1. */
int fail_go(struct error *err, int number, const char *format, ...) __attribute__((format(printf, 3, 4)));
/** A message without an errno's text; `number` only classifies it. Always returns -1. */
int fail_text(struct error *err, int number, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** Fields, each ended by a NUL: mode (octal), size, mtime seconds, nanoseconds, then where links lead, all followed. */
int tree_stat(const char *path, bool follow, struct error *err);
int tree_pack(const struct pack_options *options, struct error *err);
int tree_unpack(const struct unpack_options *options, struct error *err);
/** Records "A/path", "C/path" or "D/path", each ended by a NUL. Needs a mount namespace of our own, which it makes. */
int tree_changes(const char *upper, const char *lower, const char *scratch, struct error *err);
/** Bytes of everything but directories, hard links counted once. */
int tree_usage(const char *path, struct error *err);
/** Names of the entries, sorted, each ended by a NUL. */
int tree_list(const char *path, struct error *err);
/** A directory with its parents; what is there stays as it is. `mode` is octal. */
int tree_make(const char *path, const char *mode, struct error *err);
/** Whatever it is, with all below it; links are not followed. */
int tree_remove(const char *path, struct error *err);
int tree_store(const char *path, const char *mode, struct error *err);

/** Entries of a directory, sorted. */
struct names {
  char **items;
  size_t count;
};

/** Reads the entries of `fd`, which stays open. @return 0, or -1 with errno */
int names_read(int fd, struct names *names);
void names_free(struct names *names);

/** Inodes that were met, for hard links. */
struct inodes;
struct inodes *inodes_new(void);
void inodes_free(struct inodes *inodes);
/** @return the name it was met under before; NULL when this is the first time, and `name` is remembered */
const char *inodes_meet(struct inodes *inodes, const struct stat *found, const char *name);
