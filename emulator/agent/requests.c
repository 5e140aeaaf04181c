// One request, one answer: `ok` unless the handler wrote its own, `failed` with the errno when it could not.
#include "requests.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>

#include "channel.h"
#include "child.h"
#include "datagrams.h"
#include "files.h"
#include "idmap.h"
#include "inet.h"
#include "keep.h"
#include "listener.h"
#include "machine.h"
#include "mounts.h"
#include "netlink.h"
#include "../lib-c/remove.h"
#include "spawn.h"
#include "stream.h"
#include "terminal.h"

/** What a handler returns: the answer is `ok`, or the handler wrote it. */
enum { PLAIN_OK = 0, ANSWERED = 1 };

static int answered(int result) { return result < 0 ? result : ANSWERED; }

static int hello(struct agent *agent, const struct agent_hello *request, struct error *err) {
  if (machine_greet(agent, request, err) < 0) return -1;
  agent->greeted = true;
  return PLAIN_OK;
}

static int send_signal(const struct agent_signal *request, struct error *err) {
  // 0 and negative numbers would mean whole groups.
  if (request->pid == 0 || request->pid > INT_MAX) return fail(err, EINVAL, "Cannot signal process %u", request->pid);
  if (kill((pid_t)request->pid, request->signal) < 0)
    return fail(err, errno, "Cannot send signal %u to process %u", request->signal, request->pid);
  return PLAIN_OK;
}

static int resize(struct agent *agent, const struct agent_resize *request, struct error *err) {
  struct stream *stream = stream_find(agent, request->stream);
  if (!stream || stream->kind != STREAM_TERMINAL || stream->out.source.fd < 0)
    return fail(err, ENOTTY, "Cannot resize stream %u", request->stream);
  return terminal_resize(stream->out.source.fd, request->cols, request->rows, err);
}

static int serve_request(struct agent *agent, const struct agent_message *m, struct error *err) {
  switch (m->type) {
    case agent_hello_code:
      return hello(agent, &m->hello, err);
    case agent_suspend_code:
      agent->suspended = true;
      return PLAIN_OK;
    case agent_release_code:
      children_release(agent);
      return PLAIN_OK;
    case agent_spawn_code:
      return answered(spawn_serve(agent, m->id, &m->spawn, err));
    case agent_signal_code:
      return send_signal(&m->signal, err);
    case agent_resize_code:
      return resize(agent, &m->resize, err);
    case agent_mkdir_code:
      return file_mkdir(&m->mkdir, err);
    case agent_write_code:
      return file_write(&m->write, err);
    case agent_read_code:
      return answered(file_read(agent, m->id, &m->read, err));
    case agent_stat_code:
      return answered(file_stat(agent, m->id, &m->stat, err));
    case agent_list_code:
      return answered(file_list(agent, m->id, &m->list, err));
    case agent_rename_code:
      return file_rename(&m->rename, err);
    case agent_chown_code:
      return file_chown(&m->chown, err);
    case agent_remove_code:
      return remove_tree(m->remove.path, err);
    case agent_mount_code:
      return mount_serve(&m->mount, err);
    case agent_umount_code:
      return umount_serve(&m->umount, err);
    case agent_idmap_code:
      return idmap_serve(&m->idmap, err);
    case agent_listen_code:
      return listener_serve(agent, m->id, &m->listen, err);
    case agent_unlisten_code:
      return listener_end(agent, m->unlisten.listener, err);
    case agent_netlink_code:
      return answered(netlink_serve(agent, m->id, &m->netlink, err));
    case agent_listen_inet_code:
      return inet_listen(agent, m->id, &m->listen_inet, err);
    case agent_connect_inet_code:
      return inet_connect(agent, &m->connect_inet, err);
    case agent_datagrams_code:
      return datagrams_serve(agent, &m->datagrams, err);
    case agent_symlink_code:
      return file_symlink(&m->symlink, err);
    case agent_kept_code:
      return answered(keep_list(agent, m->id));
    case agent_adopt_code:
      return answered(keep_adopt(agent, m->id, &m->adopt, err));
    default:
      return fail(err, EPROTO, "Cannot serve a \"%s\" from the host", m->name);
  }
}

/** @return true when the message was of a stream */
static bool serve_stream(struct agent *agent, const struct agent_message *m) {
  switch (m->type) {
    case agent_data_code:
      stream_on_data(agent, m->id, m->data.content);
      return true;
    case agent_datagram_code:
      datagrams_send(agent, m->id, &m->datagram);
      return true;
    case agent_credit_code:
      stream_on_credit(agent, m->id, m->credit.bytes);
      return true;
    case agent_end_code:
      stream_on_end(agent, m->id);
      return true;
    case agent_reset_code:
      stream_on_reset(agent, m->id);
      return true;
    default:
      return false;
  }
}

static void serve(struct agent *agent, const struct agent_message *m) {
  if (agent->greeted && serve_stream(agent, m)) return;
  struct error err;
  int result = agent->greeted || m->type == agent_hello_code
                   ? serve_request(agent, m, &err)
                   : fail(&err, EPROTO, "Cannot serve a \"%s\" before hello", m->name);
  struct buffer *output = &agent->channel.output;
  if (result == PLAIN_OK) agent_put_ok(output, m->id, (struct agent_ok){});
  if (result < 0)
    agent_put_failed(output, m->id, (struct agent_failed){.number = (uint32_t)err.number, .message = err.message});
}

int requests_serve(struct agent *agent, struct error *err) {
  struct buffer *input = &agent->channel.input;
  while (!agent->suspended) {
    struct frame frame;
    int bytes = frame_next(input, &frame);
    if (bytes == 0) return 0;
    __attribute__((cleanup(agent_free))) struct agent_message message = {0};
    if (bytes < 0 || agent_read(&frame, &message) < 0)
      return fail(err, EPROTO, "Cannot read a frame of type %u: %s", frame.type, frame.bad);
    serve(agent, &message);
    channel_relieve(&agent->channel);
    buffer_drop(input, (size_t)bytes);
  }
  return 0;
}
