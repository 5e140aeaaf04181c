// Messages between the `docker` stub in the guest (emulator/stub) and the CLI beside it, one channel for each run.
// Same frames as the agent's; cli-protocol.golden.txt pins both sides. `id` pairs a file request with its answer, else 0.
import type { MessageOf } from './frame-codec.ts';

export const CLI_PROTOCOL_VERSION = 1;

export const CLI_MESSAGES = {
  // stub -> host
  /** First. `terminal`: bit 0, 1, 2 say whether stdin, stdout, stderr are terminals. cols 0 without a terminal. */
  open: {
    code: 1,
    fields: { version: 'u32', argv: 'strs', env: 'strs', cwd: 'str', terminal: 'u8', cols: 'u16', rows: 'u16' },
  },
  /** Empty content: end of the input. Sent only against `pull`. */
  stdin: { code: 2, fields: { content: 'bytes' } },
  resize: { code: 3, fields: { cols: 'u16', rows: 'u16' } },
  /** A signal's number, as the stub caught it. */
  signal: { code: 4, fields: { signal: 'u8' } },
  /** Answers to the host's file requests. */
  done: { code: 5, fields: { errno: 'u32' } },
  content: { code: 6, fields: { content: 'bytes' } },
  /** Answer to `finish`: the helper's exit code (128 + n by signal n) and the first line of its stderr. */
  finished: { code: 7, fields: { code: 'u8', message: 'str' } },

  // host -> stub
  stdout: { code: 32, fields: { content: 'bytes' } },
  stderr: { code: 33, fields: { content: 'bytes' } },
  /** Read stdin once, at most `bytes`, and send it. */
  pull: { code: 34, fields: { bytes: 'u32' } },
  /** 1: raw mode on stdin's terminal, 0: as it was. */
  raw: { code: 35, fields: { on: 'u8' } },
  /** Restore the terminal and exit with `code`; when `signal` is not 0, die by that signal. */
  exit: { code: 36, fields: { code: 'u8', signal: 'u8' } },
  /** Answer: `content` (shorter than `length` only at the end), or `done` with an errno. Paths are relative to the stub's cwd. */
  read: { code: 37, fields: { path: 'str', offset: 'u64', length: 'u32' } },
  /** `flags`: 1 append, 2 exclusive. Answer: `done`. */
  write: { code: 38, fields: { path: 'str', mode: 'u32', flags: 'u8', content: 'bytes' } },
  /** unlink(2). Answer: `done`. */
  remove: { code: 39, fields: { path: 'str' } },
  /**
   * 1: deliver signals as `signal` messages; 2: those of SIGINT and SIGTERM; 0 (at the start): the stub dies by them, or stops,
   * as any program. It tells the host before it stops, and goes on to stop when the host has answered with any message.
   */
  catchSignals: { code: 40, fields: { on: 'u8' } },
  /** Run a helper program where the command was typed; one at a time. Answer: `done`. */
  start: { code: 41, fields: { argv: 'strs' } },
  /** Answer: `content`, what the helper printed since, at most `length`, once there is something; empty at its end. */
  take: { code: 42, fields: { length: 'u32' } },
  /** To the helper's stdin. Answer: `done` when it took all of it. */
  give: { code: 43, fields: { content: 'bytes' } },
  /** End the helper's input (1: end it by SIGTERM) and wait. Answer: `finished`. */
  finish: { code: 44, fields: { cancel: 'u8' } },
} as const;

export type CliMessage = MessageOf<typeof CLI_MESSAGES>;
