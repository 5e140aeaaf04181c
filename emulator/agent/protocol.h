// The mirror of src/contracts/agent-protocol.ts, which says what each message means.
// src/contracts/agent-protocol.golden.txt pins both.
#pragma once

#define AGENT_PROTOCOL_VERSION 2
#define STREAM_WINDOW_BYTES (256 * 1024)
#define MAX_DATA_BYTES (64 * 1024)
#define DATAGRAM_OVERHEAD_BYTES 16
#define AGENT_STREAM_BIT 0x80000000u

enum { TERMINAL_NONE = 0, TERMINAL_PTY = 1, TERMINAL_CONSOLE_SOCKET = 2 };
enum { WRITE_APPEND = 1, WRITE_EXCLUSIVE = 2 };

#define PROTOCOL agent
#define PROTOCOL_MESSAGES                                                                                              \
  M(hello, 1, F(u32, version) F(u64, time_ns) F(bytes, entropy))                                                       \
  M(suspend, 2, )                                                                                                      \
  M(spawn, 3,                                                                                                          \
    F(strs, argv) F(strs, env) F(str, cwd) F(u8, terminal) F(u16, cols) F(u16, rows) F(str, console) F(u32, stdin_id)  \
        F(u32, stdout_id) F(u32, stderr_id) F(u32, status_id) F(str, keep))                                            \
  M(signal, 4, F(u32, pid) F(u8, signal))                                                                              \
  M(resize, 5, F(u32, stream) F(u16, cols) F(u16, rows))                                                               \
  M(mkdir, 6, F(str, path) F(u32, mode))                                                                               \
  M(write, 7, F(str, path) F(u32, mode) F(u8, flags) F(bytes, content))                                                \
  M(read, 8, F(str, path) F(u64, offset) F(u32, length))                                                               \
  M(stat, 9, F(str, path))                                                                                             \
  M(list, 10, F(str, path))                                                                                            \
  M(remove, 11, F(str, path))                                                                                          \
  M(mount, 12, F(str, source) F(str, target) F(str, fstype) F(u32, flags) F(str, data) F(u8, loop))                    \
  M(umount, 13, F(str, target) F(u32, flags))                                                                          \
  M(listen, 14, F(str, path) F(u32, mode))                                                                             \
  M(unlisten, 15, F(u32, listener))                                                                                    \
  M(netlink, 16, F(str, netns) F(bytes, content))                                                                      \
  M(listen_inet, 17, F(str, netns) F(str, address) F(u16, port))                                                       \
  M(connect_inet, 18, F(str, netns) F(u8, protocol) F(str, address) F(u16, port) F(u32, stream))                       \
  M(datagrams, 19, F(str, netns) F(str, address) F(u16, port) F(u32, stream))                                          \
  M(symlink, 24, F(str, target) F(str, path))                                                                          \
  M(rename, 30, F(str, from) F(str, to))                                                                               \
  M(chown, 31, F(str, path) F(u32, uid) F(u32, gid))                                                                   \
  M(release, 26, )                                                                                                     \
  M(idmap, 27, F(str, target) F(str, uids) F(str, gids))                                                               \
  M(kept, 28, )                                                                                                        \
  M(adopt, 29, F(str, name) F(u32, stdin_id) F(u32, stdout_id) F(u32, stderr_id) F(u32, status_id) F(u8, keep))        \
  M(ok, 32, )                                                                                                          \
  M(failed, 33, F(u32, number) F(str, message))                                                                        \
  M(spawned, 34, F(u32, pid))                                                                                          \
  M(exited, 35, F(u32, code) F(u32, signal))                                                                           \
  M(content, 36, F(bytes, content))                                                                                    \
  M(names, 37, F(strs, names))                                                                                         \
  M(attributes, 38, F(u32, mode) F(u64, size) F(u64, mtime_s))                                                         \
  M(accepted, 39, F(u32, stream))                                                                                      \
  M(log, 40, F(str, text))                                                                                             \
  M(data, 64, F(bytes, content))                                                                                       \
  M(credit, 65, F(u32, bytes))                                                                                         \
  M(end, 66, )                                                                                                         \
  M(reset, 67, F(u32, number))                                                                                         \
  M(datagram, 68, F(u32, address) F(u16, port) F(bytes, content))
#include "../lib-c/messages.h"
#undef PROTOCOL
#undef PROTOCOL_MESSAGES
