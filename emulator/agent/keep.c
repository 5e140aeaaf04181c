// What a kept program writes while there is no channel stays in its pipe: when that is full it waits, and nothing is lost.
#include "keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../lib-c/io.h"
#include "console.h"

static struct child *find(struct agent *agent, const char *name) {
  struct child *child = agent->children;
  while (child && !(child->name && strcmp(child->name, name) == 0)) child = child->next;
  return child;
}

int keep_check(struct agent *agent, const char *name, struct error *err) {
  return *name && find(agent, name) ? fail(err, EEXIST, "Cannot keep %s", name) : 0;
}

static uint32_t id_of(const struct stream *stream) { return stream ? stream->id : 0; }

static void follow(struct child *child) {
  if (child->console) console_follow(child->console, id_of(child->streams[STDOUT]), id_of(child->streams[STDIN]));
}

void keep_orphan(struct agent *agent, struct child *child) {
  child->orphan = true;
  for (int i = 0; i < STDIO_COUNT; i++)
    if (child->streams[i]) stream_orphan(agent, child->streams[i]);
  follow(child);
}

int keep_list(struct agent *agent, uint32_t request) {
  size_t count = 0;
  for (const struct child *child = agent->children; child; child = child->next) count += child->orphan;
  AUTO_FREE char **names = malloc((count + 1) * sizeof(char *));
  if (!names) abort();
  size_t at = 0;
  for (const struct child *child = agent->children; child; child = child->next)
    if (child->orphan) names[at++] = child->name;
  struct agent_names all = {.names = {.count = (uint32_t)count, .items = names}};
  agent_put_names(&agent->channel.output, request, all);
  return 0;
}

static void adopt_stream(struct agent *agent, struct child *child, int which, uint32_t id) {
  struct stream *stream = child->streams[which];
  struct buffer *output = &agent->channel.output;
  if (stream && id != 0)
    stream_adopt(agent, stream, id);
  else if (stream)
    stream_on_reset(agent, stream->id);
  else if (id != 0 && which == STDIN)
    agent_put_reset(output, id, (struct agent_reset){.number = EPIPE});
  else if (id != 0)
    agent_put_end(output, id, (struct agent_end){});
}

int keep_adopt(struct agent *agent, uint32_t request, const struct agent_adopt *adopt, struct error *err) {
  const uint32_t ids[STDIO_COUNT] = {adopt->stdin_id, adopt->stdout_id, adopt->stderr_id, adopt->status_id};
  struct child *child = find(agent, adopt->name);
  if (!child) return fail(err, ENOENT, "Cannot adopt %s", adopt->name);
  if (!child->orphan) return fail(err, EBUSY, "Cannot adopt %s", adopt->name);
  if (stream_check_ids(agent, ids, err) < 0) return -1;
  child->orphan = false;
  child->request = request;
  agent_put_spawned(&agent->channel.output, request, (struct agent_spawned){.pid = (uint32_t)child->pid});
  for (int i = 0; i < STDIO_COUNT; i++) adopt_stream(agent, child, i, ids[i]);
  follow(child);
  if (!adopt->keep) child_unname(child);
  if (child->exited) child_report(agent, child);
  return 0;
}
