// The guest's init, and the host's hands in it: starts programs, carries their streams, reads and writes files, mounts.
// It knows nothing of Docker. src/contracts/agent-protocol.ts says what it can be asked.
//
// Two threads share one lock. The channel's thread reads requests and serves them where it stands, so that an answer costs no
// switch between threads; the loop's thread moves the bytes of streams and reaps children.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "agent.h"
#include "channel.h"
#include "child.h"
#include "listener.h"
#include "requests.h"
#include "stream.h"

#define DEFAULT_CHANNEL "/host/agent"
#define CHANNEL_STACK_BYTES (256 * 1024)
static const struct rlimit many_files = {65536, 65536};

static void complain(const struct error *err) { dprintf(STDERR_FILENO, "drydock-agent: %s\n", err->message); }

/** Fills 0 to 3, which belong to children: nothing that the agent opens may land there. */
static int reserve_low_fds(struct agent *agent, struct error *err) {
  const char *console = agent->is_init ? "/dev/console" : "/dev/null";
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open(console, O_RDWR | O_NOCTTY) != fd)
      return fail(err, errno, "Cannot open %s", console);
  // What else was open when we started is not for children.
  close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
  AUTO_CLOSE int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null_fd < 0) return fail(err, errno, "Cannot open /dev/null");
  if (null_fd != 3 && dup3(null_fd, 3, O_CLOEXEC) < 0) return fail(err, errno, "Cannot reserve fd 3");
  agent->null_fd = fcntl(3, F_DUPFD_CLOEXEC, 4);
  if (null_fd == 3) take_fd(&null_fd);
  return agent->null_fd < 0 ? fail(err, errno, "Cannot duplicate /dev/null") : 0;
}

static int become_init(struct agent *agent, struct error *err) {
  agent->is_init = getpid() == 1;
  if (reserve_low_fds(agent, err) < 0) return -1;
  signal(SIGPIPE, SIG_IGN);
  // Every mode that the host names is meant as it is; children get the usual mask.
  umask(0);
  // A stream is an fd or two, a container has several. Less is no reason to stop.
  setrlimit(RLIMIT_NOFILE, &many_files);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) return fail(err, errno, "Cannot adopt orphans");
  return 0;
}

/** Forgets what the host asked for: it cannot name it any more. Processes go on; those that are kept have their streams. */
static void disconnect(struct agent *agent) {
  agent->greeted = agent->suspended = false;
  children_forget(agent);
  streams_forget(agent);
  listeners_forget(agent);
  channel_close(&agent->channel);
}

/** Serves one connection until it ends. */
static void serve_channel(struct agent *agent) {
  struct error err;
  for (bool open = true; open;) {
    open = channel_read(&agent->channel, &err) == 0;
    pthread_mutex_lock(&agent->lock);
    if (open && requests_serve(agent, &err) < 0) {
      agent_put_log(&agent->channel.output, 0, (struct agent_log){.text = err.message});
      open = false;
    }
    channel_flush(&agent->channel);
    bool suspended = agent->suspended;
    open = open && !suspended;
    if (!open) disconnect(agent);
    pthread_mutex_unlock(&agent->lock);
    if (!open && !suspended) complain(&err);
  }
}

static void *channel_thread(void *argument) {
  struct agent *agent = argument;
  for (;;) {
    struct channel fresh = {.path = agent->channel.path, .file.fd = -1};
    channel_open(&fresh);
    pthread_mutex_lock(&agent->lock);
    agent->channel = fresh;
    pthread_mutex_unlock(&agent->lock);
    serve_channel(agent);
  }
  return NULL;
}

static int start_channel_thread(struct agent *agent, struct error *err) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, CHANNEL_STACK_BYTES);
  pthread_t thread;
  int number = pthread_create(&thread, &attributes, channel_thread, agent);
  pthread_attr_destroy(&attributes);
  return number ? fail(err, number, "Cannot start a thread") : 0;
}

/**
 * The loop lets a program that writes go on until it waits, ends or has had its time slice: woken at each write, it would
 * carry 4 KB at a time, and switching twice costs more than that.
 */
static void be_patient(void) {
  const struct sched_param none = {0};
  // Refused, it is only slower.
  sched_setscheduler(0, SCHED_BATCH, &none);
}

int main(int argc, char **argv) {
  static struct agent agent = {.lock = PTHREAD_MUTEX_INITIALIZER};
  agent.channel = (struct channel){.path = argc > 1 ? argv[1] : DEFAULT_CHANNEL, .file.fd = -1};
  struct error err;
  if (become_init(&agent, &err) < 0 || loop_open(&agent.loop, &err) < 0 || children_watch(&agent, &err) < 0 ||
      start_channel_thread(&agent, &err) < 0) {
    complain(&err);
    return 1;
  }
  be_patient();
  for (;;) loop_turn(&agent);
}
