// Everything is done in this one process: another exec would cost more than all of it.
#include "task.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib-c/io.h"
#include "config.h"
#include "crun-library.h"
#include "join.h"
#include "report.h"
#include "status.h"
#include "wait.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define REPORT_BYTES 2048

/** What deleting needs to know of a config.json: read again, it would cost as much as starting did. */
static const char delete_config[] = "{\"ociVersion\":\"1.0.0\",\"linux\":{\"namespaces\":[%s]}}";
static const char pid_namespace[] = "{\"type\":\"pid\"}";
static bool has_pid_namespace;

static libcrun_context_t context_of(const struct arguments *arguments) {
  return (libcrun_context_t){
      .id = arguments->id,
      .bundle = arguments->bundle,
      .console_socket = arguments->console_socket,
      .state_root = arguments->state_root,
      .fifo_exec_wait_fd = -1,
      .detach = true,
  };
}

/** Tells the engine, in libcrun's words. @return -1 */
static int refuse(libcrun_error_t *err) {
  char text[REPORT_BYTES], reported[REPORT_BYTES];
  bool has_report = report_read(reported, sizeof(reported));
  if (*err && (*err)->status)
    snprintf(text, sizeof(text), "%s: %s", (*err)->msg, strerror((*err)->status));
  else
    snprintf(text, sizeof(text), "%s", *err ? (*err)->msg : has_report ? reported : "it ended before its program ran");
  crun_error_release(err);
  status_error(text);
  return -1;
}

/** Waits until the program of `pid` runs. @return pid, or -1 when it does not, and is gone */
static pid_t confirm(pid_t pid) {
  char reported[REPORT_BYTES];
  if (!report_read(reported, sizeof(reported))) return pid;
  wait_for(pid);
  status_error(reported);
  return -1;
}

static void look_for_pid_namespace(const libcrun_container_t *container) {
  const runtime_spec_schema_config_linux *config = container->container_def->linux;
  for (size_t i = 0; config && i < config->namespaces_len; i++)
    if (strcmp(config->namespaces[i]->type, "pid") == 0 && !config->namespaces[i]->path) has_pid_namespace = true;
}

static pid_t pid_of(const struct arguments *arguments, libcrun_error_t *err) {
  libcrun_container_status_t status = {0};
  if (libcrun_read_container_status(&status, arguments->state_root, arguments->id, err) < 0) return -1;
  pid_t pid = status.pid;
  libcrun_free_container_status(&status);
  return pid;
}

/** Between create and start: whoever asked for it makes the container's network now. @return false when told to give up */
static bool released(const struct arguments *arguments) {
  if (!arguments->hold) return true;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  sigaddset(&signals, SIGTERM);
  struct timespec limit = {.tv_sec = atoi(arguments->hold)};
  return RETRY(sigtimedwait(&signals, NULL, &limit)) == SIGUSR1;
}

pid_t task_run(const struct arguments *arguments) {
  libcrun_error_t err = NULL;
  if (chdir(arguments->bundle) < 0) {
    libcrun_make_error(&err, errno, "enter the bundle `%s`", arguments->bundle);
    return refuse(&err);
  }
  cleanup_container libcrun_container_t *container = libcrun_container_load_from_file("config.json", &err);
  if (!container) return refuse(&err);
  look_for_pid_namespace(container);
  libcrun_context_t context = context_of(arguments);
  if (libcrun_container_create(&context, container, 0, &err) < 0) return refuse(&err);
  config_forget();
  close_fd(&context.fifo_exec_wait_fd);
  pid_t pid = pid_of(arguments, &err);
  if (pid > 0) status_process("created", pid);
  if (pid > 0 && !released(arguments)) {
    libcrun_make_error(&err, 0, "nobody let it start");
    task_delete(arguments);
    return refuse(&err);
  }
  if (pid < 0 || libcrun_status_write_exec_fifo(arguments->state_root, arguments->id, &err) < 0) {
    task_delete(arguments);
    return refuse(&err);
  }
  pid = confirm(pid);
  if (pid < 0) task_delete(arguments);
  return pid;
}

pid_t task_exec(const struct arguments *arguments) {
  libcrun_error_t err = NULL;
  libcrun_context_t context = context_of(arguments);
  process_t *process = config_read_process(arguments->process, &err);
  if (!process) return refuse(&err);
  config_for_exec(process);
  join_directly();
  int result = libcrun_container_exec(&context, arguments->id, process, &err);
  free_runtime_spec_schema_config_schema_process(process);
  config_forget();
  pid_t pid = joined_process();
  return result < 0 || pid < 0 ? refuse(&err) : confirm(pid);
}

bool task_oom_killed(const struct arguments *arguments) {
  libcrun_error_t err = NULL;
  libcrun_container_status_t status = {0};
  if (libcrun_read_container_status(&status, arguments->state_root, arguments->id, &err) < 0) {
    crun_error_release(&err);
    return false;
  }
  char path[PATH_MAX], text[512] = "";
  snprintf(path, sizeof(path), CGROUP_ROOT "%s/memory.events", status.cgroup_path ? status.cgroup_path : "");
  libcrun_free_container_status(&status);
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || RETRY(read(fd, text, sizeof(text) - 1)) <= 0) return false;
  const char *count = strstr(text, "oom_kill ");
  return count && atoi(count + strlen("oom_kill ")) > 0;
}

void task_delete(const struct arguments *arguments) {
  libcrun_error_t err = NULL;
  char config[sizeof(delete_config) + sizeof(pid_namespace)];
  snprintf(config, sizeof(config), delete_config, has_pid_namespace ? pid_namespace : "");
  libcrun_context_t context = context_of(arguments);
  cleanup_container libcrun_container_t *container = libcrun_container_load_from_memory(config, &err);
  // Nobody is left to be told: what stays behind is found by its name.
  if (!container || libcrun_container_delete(&context, container->container_def, arguments->id, true, &err) < 0)
    crun_error_release(&err);
}
