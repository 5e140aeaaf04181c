// Only finds where values begin and end; whatever looks odd is left for the real parser to refuse in its words.
#include "slim-config.h"

#include <string.h>

/** Objects that are kept in part say what they keep; what has only a name is kept whole. The last one has no name. */
struct kept {
  const char *name;
  const struct kept *inside;
};

/** A member of an object; its name without the quotes. */
struct member {
  const char *name;
  size_t name_bytes;
  const char *value;
};

static bool is_space(char byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }

// Not strspn(3) and strcspn(3): those make a table of all bytes before they look at the first.
static const char *skip_space(const char *at) {
  while (is_space(*at)) at++;
  return at;
}

static const char *skip_word(const char *at) {
  while (*at && *at != ',' && *at != ']' && *at != '}' && !is_space(*at)) at++;
  return at;
}

/** @param at its opening quote. @return behind its closing one, or NULL */
static const char *skip_string(const char *at) {
  for (const char *end = at; (end = strchr(end + 1, '"'));) {
    const char *before = end;
    while (before[-1] == '\\') before--;
    if ((end - before) % 2 == 0) return end + 1;
  }
  return NULL;
}

/** @return behind the value at `at`, or NULL when the text ends in it */
static const char *skip_value(const char *at) {
  if (*at == '"') return skip_string(at);
  if (*at != '[' && *at != '{') return skip_word(at);
  for (size_t depth = 0; at && *at;) {
    if (*at == '"') {
      at = skip_string(at);
      continue;
    }
    if (*at == '[' || *at == '{') depth++;
    if (*at == ']' || *at == '}') depth--;
    at++;
    if (depth == 0) return at;
  }
  return NULL;
}

/** @param at where a name is expected. @return false when there is none, or no value behind it */
static bool read_member(const char *at, struct member *found) {
  const char *end = *at == '"' ? skip_string(at) : NULL;
  if (!end) return false;
  *found = (struct member){.name = at + 1, .name_bytes = (size_t)(end - at - 2)};
  at = skip_space(end);
  found->value = skip_space(at + 1);
  return *at == ':';
}

static bool is_named(const struct member *member, const char *name) {
  return strncmp(member->name, name, member->name_bytes) == 0 && !name[member->name_bytes];
}

const char *json_member(const char *object, const char *name) {
  if (!object || *object != '{') return NULL;
  struct member found;
  for (const char *at = skip_space(object + 1); read_member(at, &found); at = skip_space(at + 1)) {
    if (is_named(&found, name)) return found.value;
    at = skip_value(found.value);
    if (!at) return NULL;
    at = skip_space(at);
    if (*at != ',') return NULL;
  }
  return NULL;
}

struct json_text find_rules(const char *config) {
  const char *seccomp = json_member(json_member(skip_space(config), "linux"), "seccomp");
  const char *rules = json_member(seccomp, "syscalls");
  const char *end = rules && *rules == '[' ? skip_value(rules) : NULL;
  return end ? (struct json_text){rules, (size_t)(end - rules)} : (struct json_text){NULL, 0};
}

void copy_without_rules(char *to, const char *config, struct json_text rules) {
  size_t before = (size_t)(rules.at - config);
  memcpy(to, config, before);
  memcpy(to + before, "[]", 2);
  strcpy(to + before + 2, rules.at + rules.bytes);
}

/** What is copied may be the same text further on. */
static void put(char **to, const char *from, const char *end) {
  memmove(*to, from, (size_t)(end - from));
  *to += end - from;
}

/** @return behind the object at `at`, or NULL when it is none */
static const char *copy_members(char **to, const char *at, const struct kept *kept) {
  if (*at != '{') return NULL;
  *(*to)++ = '{';
  bool is_first = true, after_comma = false;
  struct member found;
  for (at = skip_space(at + 1); read_member(at, &found); at = skip_space(at + 1)) {
    const struct kept *entry = kept;
    while (entry->name && !is_named(&found, entry->name)) entry++;
    const char *end = entry->name && entry->inside ? NULL : skip_value(found.value);
    if (entry->name) {
      if (!is_first) *(*to)++ = ',';
      is_first = false;
      put(to, at, end ? end : found.value);
      if (!end) end = copy_members(to, found.value, entry->inside);
    }
    if (!end) return NULL;
    at = skip_space(end);
    after_comma = *at == ',';
    if (!after_comma) break;
  }
  if (*at != '}' || after_comma) return NULL;
  *(*to)++ = '}';
  return at + 1;
}

bool keep_for_exec(char *config, bool has_capabilities) {
  static const struct kept seccomp[] = {
      {.name = "defaultAction"}, {.name = "flags"}, {.name = "listenerPath"}, {.name = "listenerMetadata"}, {0}};
  static const struct kept linux_part[] = {{.name = "namespaces"},  {.name = "personality"}, {.name = "uidMappings"},
                                           {.name = "gidMappings"}, {"seccomp", seccomp},    {0}};
  static const struct kept process[] = {{.name = "capabilities"}, {.name = "user"},
                                        {.name = "env"},          {.name = "cwd"},
                                        {.name = "selinuxLabel"}, {.name = "apparmorProfile"},
                                        {0}};
  const struct kept top[] = {{.name = "ociVersion"},
                             {.name = "annotations"},
                             {"process", has_capabilities ? process + 1 : process},
                             {"linux", linux_part},
                             {0}};
  char *to = config;
  const char *end = copy_members(&to, skip_space(config), top);
  bool is_whole = end && !*skip_space(end);
  *to = 0;
  return is_whole;
}
