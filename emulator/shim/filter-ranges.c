// The old filter is tried with each number that it compares something to: between two of them nothing changes. Where it asks
// for an argument the number has done its part: what follows from there is taken over as it is.
#include "filter-ranges.h"

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LOAD (BPF_LD | BPF_W | BPF_ABS)
#define RETURN (BPF_RET | BPF_K)
#define GO (BPF_JMP | BPF_JA)
#define IF_EQUAL (BPF_JMP | BPF_JEQ | BPF_K)
#define IF_GREATER (BPF_JMP | BPF_JGT | BPF_K)
#define IF_NOT_LESS (BPF_JMP | BPF_JGE | BPF_K)
#define AT_NUMBER offsetof(struct seccomp_data, nr)
#define AT_ARCHITECTURE offsetof(struct seccomp_data, arch)
/** A conditional jump goes so far at most. */
#define REACH 255
/** Numbers from here on are nobody's: all of them count as one when the tree is balanced. */
#define NUMBERS 512
/** The architecture is asked for, compared and refused before anything else. */
#define BEGINNING 3
#define NOWHERE SIZE_MAX

typedef struct sock_filter instruction_t;

/** System calls from `first` to the next range, and the old filter's instruction that decides about them. */
struct range {
  uint32_t first;
  size_t decision;
};

struct work {
  const instruction_t *from;
  size_t length;
  struct range ranges[2 * FILTER_MOST];
  size_t count;
  /** The new filter, which is written from its end: instruction `at` is the one that was written last. */
  instruction_t *to;
  size_t at, end;
  /** Where an instruction of the old one is in the new one, or NOWHERE. */
  size_t copies[FILTER_MOST];
};

static bool is_comparison(uint16_t code) { return code == IF_EQUAL || code == IF_GREATER || code == IF_NOT_LESS; }

static bool is_true(const instruction_t *test, uint32_t value) {
  if (test->code == IF_EQUAL) return value == test->k;
  return test->code == IF_GREATER ? value > test->k : value >= test->k;
}

/** Follows the old filter for one number. @return the instruction that ends it or asks for an argument, or NOWHERE */
static size_t decide(const struct work *work, uint32_t number) {
  bool is_number = false;
  for (size_t at = BEGINNING; at < work->length;) {
    const instruction_t *now = &work->from[at];
    at++;
    if (now->code == RETURN) return at - 1;
    if (now->code == LOAD && now->k != AT_NUMBER) return now->k == AT_ARCHITECTURE ? NOWHERE : at - 1;
    if (now->code == LOAD) is_number = true;
    else if (now->code == GO) at += now->k;
    else if (is_number && is_comparison(now->code)) at += is_true(now, number) ? now->jt : now->jf;
    else return NOWHERE;
  }
  return NOWHERE;
}

/** Whether both end the filter with the same answer, or are one. */
static bool is_same(const struct work *work, size_t one, size_t other) {
  const instruction_t *a = &work->from[one], *b = &work->from[other];
  return one == other || (a->code == RETURN && b->code == RETURN && a->k == b->k);
}

static int by_number(const void *one, const void *other) {
  uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
  return (a > b) - (a < b);
}

/** @return false when the old filter does what was not expected */
static bool find_ranges(struct work *work) {
  static uint32_t numbers[2 * FILTER_MOST + 1];
  size_t count = 1;
  for (size_t i = BEGINNING; i < work->length; i++) {
    if (!is_comparison(work->from[i].code)) continue;
    numbers[count++] = work->from[i].k;
    if (work->from[i].k < UINT32_MAX) numbers[count++] = work->from[i].k + 1;
  }
  numbers[0] = 0;
  qsort(numbers, count, sizeof(*numbers), by_number);
  for (size_t i = 0; i < count; i++) {
    size_t decision = decide(work, numbers[i]);
    if (decision == NOWHERE) return false;
    if (work->count > 0 && is_same(work, work->ranges[work->count - 1].decision, decision)) continue;
    work->ranges[work->count++] = (struct range){numbers[i], decision};
  }
  return true;
}

/** Writes one instruction before all others. @return where it is, or NOWHERE when there is no room */
static size_t write_one(struct work *work, instruction_t instruction) {
  if (work->at == 0) return NOWHERE;
  work->to[--work->at] = instruction;
  return work->at;
}

/** @return what a jump from the instruction before all others says to get to `target` */
static size_t distance(const struct work *work, size_t target) { return target - work->at; }

static size_t find_return(const struct work *work, uint32_t k) {
  for (size_t at = work->at; at < work->end && distance(work, at) < REACH; at++)
    if (work->to[at].code == RETURN && work->to[at].k == k) return at;
  return NOWHERE;
}

/** A place that says the same as `target` and can be jumped to from the instruction that comes next. */
static size_t bring_near(struct work *work, size_t target) {
  // The other side of that jump may need one, too.
  if (target == NOWHERE || distance(work, target) < REACH) return target;
  instruction_t there = work->to[target];
  if (there.code == RETURN) {
    size_t found = find_return(work, there.k);
    return found == NOWHERE ? write_one(work, there) : found;
  }
  return write_one(work, (instruction_t){GO, 0, 0, (uint32_t)distance(work, target)});
}

static size_t write_test(struct work *work, instruction_t test, size_t if_true, size_t if_false) {
  if_true = bring_near(work, if_true);
  if_false = bring_near(work, if_false);
  if (if_true == NOWHERE || if_false == NOWHERE) return NOWHERE;
  test.jt = (uint8_t)distance(work, if_true);
  test.jf = (uint8_t)distance(work, if_false);
  return write_one(work, test);
}

/** Goes to `target` without a question. */
static size_t write_way(struct work *work, size_t target) {
  if (target == NOWHERE || target == work->at) return target;
  return write_one(work, (instruction_t){GO, 0, 0, (uint32_t)distance(work, target)});
}

/** What each instruction that can be reached from a decision goes on to. @return false when that is not in the filter */
static bool mark_needed(const struct work *work, bool *is_needed) {
  for (size_t i = 0; i < work->count; i++) is_needed[work->ranges[i].decision] = true;
  for (size_t i = 0; i < work->length; i++) {
    const instruction_t *now = &work->from[i];
    if (!is_needed[i] || BPF_CLASS(now->code) == BPF_RET) continue;
    bool is_jump = BPF_CLASS(now->code) == BPF_JMP;
    size_t one = i + 1 + (!is_jump ? 0 : now->code == GO ? now->k : now->jt);
    size_t other = is_jump && now->code != GO ? i + 1 + now->jf : one;
    if (one >= work->length || other >= work->length) return false;
    is_needed[one] = is_needed[other] = true;
  }
  return true;
}

static size_t copy_one(struct work *work, size_t i) {
  const size_t *copies = work->copies;
  instruction_t now = work->from[i];
  if (BPF_CLASS(now.code) == BPF_RET) return write_one(work, now);
  if (now.code == GO) return copies[i + 1 + now.k];
  if (BPF_CLASS(now.code) == BPF_JMP) return write_test(work, now, copies[i + 1 + now.jt], copies[i + 1 + now.jf]);
  return write_way(work, copies[i + 1]) == NOWHERE ? NOWHERE : write_one(work, now);
}

/** From the end of the old filter on, so that what an instruction goes on to has a place already. */
static bool copy_decisions(struct work *work) {
  static bool is_needed[FILTER_MOST];
  memset(is_needed, 0, sizeof(is_needed));
  if (!mark_needed(work, is_needed)) return false;
  for (size_t i = work->length; i-- > BEGINNING;) {
    if (!is_needed[i]) continue;
    work->copies[i] = copy_one(work, i);
    if (work->copies[i] == NOWHERE) return false;
  }
  return true;
}

/** How many system calls there may be in the ranges before number `i`, or what stands for them. */
static size_t weight_before(const struct work *work, size_t i) {
  uint32_t first = i < work->count ? work->ranges[i].first : NUMBERS;
  return (first < NUMBERS ? first : NUMBERS) + i;
}

/** The tree for ranges from `low` to before `high`, so that half of all system calls are on each side. @return its root */
static size_t write_tree(struct work *work, size_t low, size_t high) {
  if (high - low == 1) return work->copies[work->ranges[low].decision];
  size_t half = (weight_before(work, low) + weight_before(work, high)) / 2;
  size_t middle = low + 1;
  while (middle + 1 < high && weight_before(work, middle) < half) middle++;
  size_t right = write_tree(work, middle, high);
  size_t left = write_tree(work, low, middle);
  return write_test(work, (instruction_t){IF_NOT_LESS, 0, 0, work->ranges[middle].first}, right, left);
}

static bool has_beginning(const instruction_t *from, size_t length) {
  return length > BEGINNING && length <= FILTER_MOST && from[0].code == LOAD && from[0].k == AT_ARCHITECTURE &&
         from[1].code == IF_EQUAL && from[1].jt == 1 && from[1].jf == 0 && from[2].code == RETURN;
}

size_t filter_of_ranges(struct sock_filter *to, const struct sock_filter *from, size_t length) {
  static struct work work;
  work = (struct work){.from = from, .length = length, .to = to, .at = FILTER_MOST, .end = FILTER_MOST};
  if (!has_beginning(from, length) || !find_ranges(&work) || !copy_decisions(&work)) return 0;
  if (write_way(&work, write_tree(&work, 0, work.count)) == NOWHERE) return 0;
  if (write_one(&work, (instruction_t){LOAD, 0, 0, AT_NUMBER}) == NOWHERE) return 0;
  for (size_t i = BEGINNING; i-- > 0;)
    if (write_one(&work, from[i]) == NOWHERE) return 0;
  size_t count = work.end - work.at;
  memmove(to, to + work.at, count * sizeof(*to));
  return count < length ? count : 0;
}
