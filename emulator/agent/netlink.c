// The messages travel as they are; only their numbers are looked at.
#include "netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib-c/frame.h"
#include "../lib-c/io.h"
#include "namespace.h"

#define ANSWER_BYTES (32 * 1024)

/** @return the number of the last message, or -1 when `content` is not made of whole messages */
static int64_t last_number(wire_bytes content) {
  int64_t number = -1;
  for (size_t at = 0; at < content.length;) {
    struct nlmsghdr header;
    if (content.length - at < sizeof(header)) return -1;
    memcpy(&header, content.data + at, sizeof(header));
    if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > content.length - at) return -1;
    number = header.nlmsg_seq;
    at += NLMSG_ALIGN(header.nlmsg_len);
  }
  return number;
}

struct answers {
  struct buffer *output;
  uint32_t last, refused;
  int number;
};

/** @return whether there is more to come */
static bool take(struct answers *answers, const uint8_t *bytes, size_t length) {
  for (size_t at = 0; length - at >= sizeof(struct nlmsghdr);) {
    struct nlmsghdr header;
    memcpy(&header, bytes + at, sizeof(header));
    if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > length - at) return false;
    int32_t number = 0;
    if (header.nlmsg_type == NLMSG_ERROR) memcpy(&number, bytes + at + sizeof(header), sizeof(number));
    bool is_end = header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE;
    if (number != 0 && answers->number == 0) {
      answers->number = -number;
      answers->refused = header.nlmsg_seq;
    }
    if (is_end && header.nlmsg_seq == answers->last) return false;
    if (!is_end) buffer_put(answers->output, bytes + at, NLMSG_ALIGN(header.nlmsg_len));
    at += NLMSG_ALIGN(header.nlmsg_len);
  }
  return true;
}

int netlink_serve(struct agent *agent, uint32_t id, const struct agent_netlink *request, struct error *err) {
  int64_t last = last_number(request->content);
  if (last < 0) return fail(err, EINVAL, "Cannot send netlink messages");
  AUTO_CLOSE int fd = namespace_socket(request->netns, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, err);
  if (fd < 0) return -1;
  if (RETRY(send(fd, request->content.data, request->content.length, 0)) < 0)
    return fail(err, errno, "Cannot send netlink messages");
  struct buffer *output = &agent->channel.output;
  size_t begin = frame_begin(output, agent_content_code, id);
  size_t count_at = buffer_bytes(output);
  put_u32(output, 0);
  struct answers answers = {.output = output, .last = (uint32_t)last};
  uint8_t bytes[ANSWER_BYTES];
  // The kernel has answered when send(2) is over, a dump piece by piece: nothing to wait for is a mistake of the host's.
  for (;;) {
    ssize_t length = RETRY(recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT));
    if (length < 0 && answers.number == 0) answers.number = errno;
    if (length < 0 || !take(&answers, bytes, (size_t)length)) break;
  }
  if (answers.number != 0) {
    output->end = output->start + begin;
    return fail(err, answers.number, "Cannot carry out netlink message %u", answers.refused);
  }
  uint32_t count = (uint32_t)(buffer_bytes(output) - count_at - sizeof(count));
  memcpy(buffer_head(output) + count_at, &count, sizeof(count));
  frame_end(output, begin);
  return 0;
}
