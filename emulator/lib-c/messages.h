// Makes a struct, a reader and a writer for each message of a protocol from its list, so that the list is the only thing
// to keep like the TypeScript table. Include it with
//   PROTOCOL            a prefix, as `agent`
//   PROTOCOL_MESSAGES   M(name, code, fields) for each message, a field being F(kind, name)
#include <stdlib.h>

#include "frame.h"

#define JOIN_(a, b, c) a##_##b##c
#define JOIN(a, b, c) JOIN_(a, b, c)
#define MESSAGE(name) JOIN(PROTOCOL, name, )

// An empty struct is no C, and some messages have no fields.
#define F(kind, name) wire_##kind name;
#define M(name, code, fields)                                                                                          \
  struct MESSAGE(name) {                                                                                               \
    uint8_t none_[0];                                                                                                  \
    fields                                                                                                             \
  };
PROTOCOL_MESSAGES
#undef M
#undef F

#define M(name, code, fields) JOIN(PROTOCOL, name, _code) = code,
enum JOIN(PROTOCOL, type, ){PROTOCOL_MESSAGES};
#undef M

struct MESSAGE(message) {
  uint8_t type;
  uint32_t id;
  const char *name;
  union {
#define M(name, code, fields) struct MESSAGE(name) name;
    PROTOCOL_MESSAGES
#undef M
  };
};

/** Reads the fields of `frame`. @return 0, or -1 when it is malformed (frame->bad). Free the message in both cases. */
static inline int MESSAGE(read)(struct frame *frame, struct MESSAGE(message) * message) {
  *message = (struct MESSAGE(message)){.type = frame->type, .id = frame->id};
  switch (frame->type) {
#define F(kind, field) get_##kind(frame, &at->field);
#define M(label, code, fields)                                                                                         \
  case code: {                                                                                                         \
    struct MESSAGE(label) *at = &message->label;                                                                       \
    (void)at;                                                                                                          \
    message->name = #label;                                                                                            \
    fields break;                                                                                                      \
  }
    PROTOCOL_MESSAGES
#undef M
#undef F
    default:
      frame->bad = "its type";
  }
  return frame_done(frame) ? 0 : -1;
}

static inline void MESSAGE(free)(struct MESSAGE(message) * message) {
  switch (message->type) {
#define F(kind, field) free_##kind(&at->field);
#define M(label, code, fields)                                                                                         \
  case code: {                                                                                                         \
    struct MESSAGE(label) *at = &message->label;                                                                       \
    (void)at;                                                                                                          \
    fields break;                                                                                                      \
  }
    PROTOCOL_MESSAGES
#undef M
#undef F
  }
}

#define F(kind, field) put_##kind(output, fields_.field);
#define M(label, code, fields)                                                                                         \
  static inline void JOIN(PROTOCOL, put_, label)(struct buffer * output, uint32_t id, struct MESSAGE(label) fields_) { \
    (void)fields_;                                                                                                     \
    size_t begin_ = frame_begin(output, code, id);                                                                     \
    fields frame_end(output, begin_);                                                                                  \
  }
PROTOCOL_MESSAGES
#undef M
#undef F

/** Writes any message, as it was read. */
static inline void MESSAGE(put)(struct buffer *output, const struct MESSAGE(message) * message) {
  size_t begin = frame_begin(output, message->type, message->id);
  switch (message->type) {
#define F(kind, field) put_##kind(output, at->field);
#define M(label, code, fields)                                                                                         \
  case code: {                                                                                                         \
    const struct MESSAGE(label) *at = &message->label;                                                                 \
    (void)at;                                                                                                          \
    fields break;                                                                                                      \
  }
    PROTOCOL_MESSAGES
#undef M
#undef F
  }
  frame_end(output, begin);
}
