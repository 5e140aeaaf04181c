// A seccomp filter asks which system call it is, and libseccomp's asks for each of 400 by itself. Whatever a container may call
// makes some eighty ranges. The kernel translates and tries a filter at each exec, so a fifth of the filter is a fifth of that.
#pragma once

#include <linux/filter.h>
#include <stddef.h>

/** What the kernel takes at most (BPF_MAXINSNS). */
#define FILTER_MOST 4096

/**
 * `to`, with room for FILTER_MOST instructions, gets a filter that says the same as `from` to everything that the kernel can ask.
 * @return its length; 0 when `from` is not of the kind that libseccomp makes for one architecture
 */
size_t filter_of_ranges(struct sock_filter *to, const struct sock_filter *from, size_t length);
