// The socket is a stream's, so that window, credit, reset and the end of the channel are what they are for streams.
#include "datagrams.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "../lib-c/io.h"
#include "channel.h"
#include "inet.h"
#include "stream.h"

#define MAX_DATAGRAM_BYTES 65535

static void on_datagram(struct agent *agent, struct source *source, uint32_t events) {
  (void)events;
  struct stream *stream = OWNER_OF(source, struct stream, out.source);
  // What the host does not take in time the kernel drops.
  if (stream->out.window < MAX_DATAGRAM_BYTES + DATAGRAM_OVERHEAD_BYTES) {
    source_watch(&agent->loop, source, 0);
    return;
  }
  static uint8_t bytes[MAX_DATAGRAM_BYTES];
  struct sockaddr_in from = {0};
  socklen_t size = sizeof(from);
  ssize_t count = RETRY(recvfrom(source->fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &size));
  if (count < 0) {
    if (errno != EAGAIN) stream_reset(agent, stream, errno);
    return;
  }
  stream->out.window -= (uint32_t)count + DATAGRAM_OVERHEAD_BYTES;
  struct agent_datagram datagram = {
      .address = ntohl(from.sin_addr.s_addr),
      .port = ntohs(from.sin_port),
      .content = {.data = bytes, .length = (uint32_t)count},
  };
  agent_put_datagram(&agent->channel.output, stream->id, datagram);
  channel_relieve(&agent->channel);
}

int datagrams_serve(struct agent *agent, const struct agent_datagrams *request, struct error *err) {
  const uint32_t ids[STDIO_COUNT] = {request->stream};
  if (request->stream == 0) return fail(err, EINVAL, "Cannot use stream 0");
  if (stream_check_ids(agent, ids, err) < 0) return -1;
  struct sockaddr_storage place;
  AUTO_CLOSE int fd = inet_socket(request->netns, SOCK_DGRAM, request->address, request->port, &place, err);
  if (fd < 0) return -1;
  if (place.ss_family != AF_INET) return fail(err, EAFNOSUPPORT, "Cannot take datagrams at %s", request->address);
  if (bind(fd, (struct sockaddr *)&place, sizeof(place)) < 0)
    return fail(err, errno, "Cannot bind to %s port %u", request->address, request->port);
  struct stream *stream = stream_open(agent, request->stream, STREAM_DATAGRAMS, STREAM_OUT);
  stream->out.source.on_event = on_datagram;
  stream_attach(agent, stream, take_fd(&fd), -1);
  return 0;
}

void datagrams_send(struct agent *agent, uint32_t id, const struct agent_datagram *datagram) {
  struct stream *stream = stream_find(agent, id);
  if (!stream || stream->kind != STREAM_DATAGRAMS) return;
  struct sockaddr_in to = {
      .sin_family = AF_INET,
      .sin_addr.s_addr = htonl(datagram->address),
      .sin_port = htons(datagram->port),
  };
  RETRY(sendto(stream->out.source.fd, datagram->content.data, datagram->content.length, 0, (struct sockaddr *)&to,
               sizeof(to)));
}
