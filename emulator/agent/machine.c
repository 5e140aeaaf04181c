// All copies of a snapshot wake up with the same clock and the same random state.
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "../lib-c/io.h"

#define NS_PER_S 1000000000u
#define MAX_ENTROPY_BYTES 512

static int set_clock(uint64_t time_ns, struct error *err) {
  struct timespec now = {.tv_sec = (time_t)(time_ns / NS_PER_S), .tv_nsec = (long)(time_ns % NS_PER_S)};
  return clock_settime(CLOCK_REALTIME, &now) < 0 ? fail(err, errno, "Cannot set the clock") : 0;
}

static int add_entropy(struct wire_bytes entropy, struct error *err) {
  if (entropy.length > MAX_ENTROPY_BYTES) return fail(err, EINVAL, "Cannot add %u bytes of entropy", entropy.length);
  // struct rand_pool_info ends with the bytes.
  union {
    struct rand_pool_info pool;
    uint8_t space[sizeof(struct rand_pool_info) + MAX_ENTROPY_BYTES];
  } info = {.pool = {.entropy_count = (int)entropy.length * 8, .buf_size = (int)entropy.length}};
  if (entropy.length) memcpy(info.space + sizeof(info.pool), entropy.data, entropy.length);
  AUTO_CLOSE int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return fail(err, errno, "Cannot open /dev/urandom");
  if (ioctl(fd, RNDADDENTROPY, &info) < 0) return fail(err, errno, "Cannot add entropy");
  // Without this the kernel may go on for a minute with the numbers that everybody's copy has.
  if (ioctl(fd, RNDRESEEDCRNG) < 0) return fail(err, errno, "Cannot reseed the random numbers");
  return 0;
}

int machine_greet(const struct agent *agent, const struct agent_hello *hello, struct error *err) {
  if (hello->version != AGENT_PROTOCOL_VERSION)
    return fail(err, EPROTO, "Cannot speak version %u, only %u", hello->version, AGENT_PROTOCOL_VERSION);
  // Under test the machine is not ours.
  if (!agent->is_init) return 0;
  if (set_clock(hello->time_ns, err) < 0) return -1;
  return add_entropy(hello->entropy, err);
}
