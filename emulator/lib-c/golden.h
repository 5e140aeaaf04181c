// The body of a protocol's golden test, for agent/golden.test.c and stub/golden.test.c: every line `name<TAB>hex` of the file
// that the TypeScript tests read must mean the same here. Include it after the protocol, with
//   GOLDEN_READ, GOLDEN_PUT, GOLDEN_FREE, GOLDEN_MESSAGE   its functions and its message struct
#include <assert.h>
#include <stdio.h>
#include <string.h>

static size_t from_hex(const char *hex, uint8_t *out) {
  size_t bytes = 0;
  for (unsigned value; sscanf(hex, "%2x", &value) == 1; hex += 2) out[bytes++] = (uint8_t)value;
  return bytes;
}

/** `capitalS` is `capital_s` here; what stands before the first dash is the message. */
static void c_name(const char *name, char *out) {
  for (; *name && *name != '-'; name++) {
    if (*name >= 'A' && *name <= 'Z') {
      *out++ = '_';
      *out++ = (char)(*name - 'A' + 'a');
    } else {
      *out++ = *name;
    }
  }
  *out = 0;
}

static int read_one(const uint8_t *bytes, size_t count, struct GOLDEN_MESSAGE *message, struct buffer *input) {
  buffer_put(input, bytes, count);
  struct frame frame;
  int size = frame_next(input, &frame);
  if (size <= 0) return size;
  return GOLDEN_READ(&frame, message) < 0 ? -1 : size;
}

static void check_round_trip(const char *name, const uint8_t *bytes, size_t count) {
  struct buffer input = {0}, output = {0};
  struct GOLDEN_MESSAGE message = {0};
  assert(read_one(bytes, count, &message, &input) == (int)count);
  char expected[64];
  c_name(name, expected);
  assert(strcmp(message.name, expected) == 0);
  GOLDEN_PUT(&output, &message);
  assert(buffer_bytes(&output) == count && memcmp(buffer_head(&output), bytes, count) == 0);
  GOLDEN_FREE(&message);
  buffer_free(&input);
  buffer_free(&output);
}

/** Cut short it is incomplete; cut short and saying so, it is malformed, and so it is with a byte too many. */
static void check_cuts(uint8_t *bytes, uint32_t count) {
  for (uint32_t cut = 0; cut <= count + 1; cut++) {
    if (cut == count) continue;
    struct buffer input = {0};
    struct GOLDEN_MESSAGE message = {0};
    if (cut < count) assert(read_one(bytes, cut, &message, &input) == 0);
    buffer_free(&input);
    if (cut < sizeof(cut)) continue;
    uint8_t copy[4096] = {0};
    memcpy(copy, bytes, count);
    memcpy(copy, &cut, sizeof(cut));
    assert(read_one(copy, cut, &message, &input) < 0);
    GOLDEN_FREE(&message);
    buffer_free(&input);
  }
}

int main(int argc, char **argv) {
  assert(argc == 2);
  FILE *file = fopen(argv[1], "re");
  assert(file);
  char line[8192], name[64], hex[8000];
  int lines = 0;
  for (; fgets(line, sizeof(line), file); lines++) {
    assert(sscanf(line, "%63s %7999s", name, hex) == 2);
    uint8_t bytes[4000];
    size_t count = from_hex(hex, bytes);
    check_round_trip(name, bytes, count);
    check_cuts(bytes, (uint32_t)count);
  }
  fclose(file);
  printf("%d golden frames\n", lines);
  return lines == 0;
}
