// Signals are blocked in both threads and read from a file, so that they can be waited for together with stdin.
#include "watch.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "../lib-c/io.h"
#include "leave.h"
#include "terminal.h"

#define STACK_BYTES (64 * 1024)
/** Values of catchSignals. */
#define CATCH_ALL 1
#define CATCH_TERMINATIONS 2
/** The most that one pull is answered with. */
#define STDIN_BYTES (32 * 1024)

static const int watched[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT, SIGWINCH};

static void send_size(struct stub *stub, struct buffer *output) {
  struct cli_resize resize;
  terminal_size(&resize.cols, &resize.rows);
  cli_put_resize(output, 0, resize);
  stub_send(stub, output);
}

void watch_stop_if_asked(struct stub *stub) {
  if (!stub->stopping) return;
  stub->stopping = false;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTSTP);
  raise(SIGTSTP);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static bool is_caught(const struct stub *stub, int number) {
  if (stub->catching == CATCH_TERMINATIONS) return number == SIGINT || number == SIGTERM;
  return stub->catching == CATCH_ALL;
}

static void on_signal(struct stub *stub, struct buffer *output) {
  struct signalfd_siginfo info;
  if (RETRY(read(stub->signal_fd, &info, sizeof(info))) != sizeof(info)) return;
  int number = (int)info.ssi_signo;
  if (number == SIGWINCH) {
    send_size(stub, output);
  } else if (is_caught(stub, number)) {
    cli_put_signal(output, 0, (struct cli_signal){.signal = (uint8_t)number});
    stub_send(stub, output);
  } else if (number == SIGTSTP) {
    // A thread in a read of the channel cannot stop: the host sends it something, and it stops for both.
    stub->stopping = true;
    cli_put_signal(output, 0, (struct cli_signal){.signal = (uint8_t)number});
    stub_send(stub, output);
  } else if (number != SIGCONT) {
    leave(0, number);
  }
}

static void on_stdin(struct stub *stub, struct buffer *output) {
  static uint8_t bytes[STDIN_BYTES];
  size_t room = stub->pull_bytes < sizeof(bytes) ? stub->pull_bytes : sizeof(bytes);
  ssize_t count = RETRY(read(STDIN_FILENO, bytes, room));
  if (count < 0 && errno == EAGAIN) return;
  stub->pull_bytes = 0;
  // A terminal that was hung up has ended, like a file.
  cli_put_stdin(output, 0, (struct cli_stdin){.content = {count > 0 ? (uint32_t)count : 0, bytes}});
  stub_send(stub, output);
}

static void *watch(void *argument) {
  struct stub *stub = argument;
  struct buffer output = {0};
  for (;;) {
    struct pollfd files[] = {
        {.fd = stub->signal_fd, .events = POLLIN},
        {.fd = stub->pull_fd, .events = POLLIN},
        // A negative fd is not looked at.
        {.fd = stub->pull_bytes > 0 ? STDIN_FILENO : -1, .events = POLLIN},
    };
    if (RETRY(poll(files, sizeof(files) / sizeof(*files), -1)) < 0) continue;
    if (files[0].revents) on_signal(stub, &output);
    uint64_t pulls;
    if (files[1].revents) (void)!read(stub->pull_fd, &pulls, sizeof(pulls));
    if (files[2].revents) on_stdin(stub, &output);
  }
  return NULL;
}

void watch_hold_signals(struct stub *stub) {
  sigemptyset(&stub->signals);
  for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++) {
    struct sigaction action;
    // nohup(1) and shells ignore signals for us.
    if (sigaction(watched[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN) sigaddset(&stub->signals, watched[i]);
  }
  pthread_sigmask(SIG_BLOCK, &stub->signals, NULL);
}

int watch_start(struct stub *stub) {
  stub->signal_fd = signalfd(-1, &stub->signals, SFD_CLOEXEC);
  stub->pull_fd = eventfd(0, EFD_CLOEXEC);
  if (stub->signal_fd < 0 || stub->pull_fd < 0) return -1;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  pthread_t thread;
  errno = pthread_create(&thread, &attributes, watch, stub);
  return errno ? -1 : 0;
}

void watch_pull(struct stub *stub, uint32_t bytes) {
  const uint64_t one = 1;
  stub->pull_bytes = bytes;
  (void)!write(stub->pull_fd, &one, sizeof(one));
}
