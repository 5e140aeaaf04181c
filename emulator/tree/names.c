// A directory is read whole and sorted before its entries are visited: archives of the same tree are then the same.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "tree.h"

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int names_read(int fd, struct names *names) {
  *names = (struct names){0};
  int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return -1;
  AUTO_CLOSEDIR DIR *directory = fdopendir(copy);
  if (!directory) {
    close(copy);
    return -1;
  }
  size_t capacity = 0;
  const struct dirent *entry;
  while ((errno = 0, entry = readdir(directory))) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (names->count == capacity) {
      capacity = capacity ? 2 * capacity : 32;
      names->items = realloc(names->items, capacity * sizeof(char *));
      if (!names->items) abort();
    }
    names->items[names->count] = strdup(entry->d_name);
    if (!names->items[names->count++]) abort();
  }
  if (errno) {
    int number = errno;
    names_free(names);
    errno = number;
    return -1;
  }
  if (names->count > 1) qsort(names->items, names->count, sizeof(char *), by_bytes);
  return 0;
}

void names_free(struct names *names) {
  for (size_t i = 0; i < names->count; i++) free(names->items[i]);
  free(names->items);
  *names = (struct names){0};
}
