// A hash table by device and inode. Only files with several names are asked for, so it stays small.
#include <stdlib.h>
#include <string.h>

#include "tree.h"

#define BUCKETS 4096

struct inode {
  struct inode *next;
  dev_t device;
  ino_t number;
  char *name;
};

struct inodes {
  struct inode *buckets[BUCKETS];
};

struct inodes *inodes_new(void) {
  struct inodes *inodes = calloc(1, sizeof(*inodes));
  if (!inodes) abort();
  return inodes;
}

void inodes_free(struct inodes *inodes) {
  for (int i = 0; i < BUCKETS; i++) {
    while (inodes->buckets[i]) {
      struct inode *inode = inodes->buckets[i];
      inodes->buckets[i] = inode->next;
      free(inode->name);
      free(inode);
    }
  }
  free(inodes);
}

const char *inodes_meet(struct inodes *inodes, const struct stat *found, const char *name) {
  struct inode **bucket = &inodes->buckets[(found->st_ino ^ found->st_dev) % BUCKETS];
  for (struct inode *inode = *bucket; inode; inode = inode->next)
    if (inode->device == found->st_dev && inode->number == found->st_ino) return inode->name;
  struct inode *inode = malloc(sizeof(*inode));
  if (!inode) abort();
  *inode = (struct inode){.next = *bucket, .device = found->st_dev, .number = found->st_ino, .name = strdup(name)};
  if (!inode->name) abort();
  *bucket = inode;
  return NULL;
}
