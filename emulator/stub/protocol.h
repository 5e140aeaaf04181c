// The mirror of src/contracts/cli-protocol.ts, which says what each message means.
// src/contracts/cli-protocol.golden.txt pins both.
#pragma once

#define CLI_PROTOCOL_VERSION 1

enum { WRITE_APPEND = 1, WRITE_EXCLUSIVE = 2 };

#define PROTOCOL cli
#define PROTOCOL_MESSAGES                                                                                              \
  M(open, 1, F(u32, version) F(strs, argv) F(strs, env) F(str, cwd) F(u8, terminal) F(u16, cols) F(u16, rows))         \
  M(stdin, 2, F(bytes, content))                                                                                       \
  M(resize, 3, F(u16, cols) F(u16, rows))                                                                              \
  M(signal, 4, F(u8, signal))                                                                                          \
  M(done, 5, F(u32, number))                                                                                           \
  M(content, 6, F(bytes, content))                                                                                     \
  M(finished, 7, F(u8, code) F(str, message))                                                                          \
  M(stdout, 32, F(bytes, content))                                                                                     \
  M(stderr, 33, F(bytes, content))                                                                                     \
  M(pull, 34, F(u32, bytes))                                                                                           \
  M(raw, 35, F(u8, on))                                                                                                \
  M(exit, 36, F(u8, code) F(u8, signal))                                                                               \
  M(read, 37, F(str, path) F(u64, offset) F(u32, length))                                                              \
  M(write, 38, F(str, path) F(u32, mode) F(u8, flags) F(bytes, content))                                               \
  M(remove, 39, F(str, path))                                                                                          \
  M(catch_signals, 40, F(u8, on))                                                                                      \
  M(start, 41, F(strs, argv))                                                                                          \
  M(take, 42, F(u32, length))                                                                                          \
  M(give, 43, F(bytes, content))                                                                                       \
  M(finish, 44, F(u8, cancel))
#include "../lib-c/messages.h"
#undef PROTOCOL
#undef PROTOCOL_MESSAGES
