// Every message between the host and the guest's agent. emulator/agent/protocol.h is its mirror in C;
// agent-protocol.golden.txt pins both: each side's tests read it.
import type { MessageOf } from './frame-codec.ts';

export const AGENT_PROTOCOL_VERSION = 2;

/** What each side may send on a stream before the first `credit`. */
export const STREAM_WINDOW_BYTES = 256 * 1024;
/** The most one `data` frame carries, so that a fast stream cannot hold up a slow one. */
export const MAX_DATA_BYTES = 64 * 1024;
/** What a datagram costs of the window besides its content, so that empty ones are not free. */
export const DATAGRAM_OVERHEAD_BYTES = 16;
/** Ids of streams that the agent opens (accepted connections) have this bit; the host's ids do not. */
export const AGENT_STREAM_BIT = 0x8000_0000;

/** `terminal` of `spawn`. */
export const TERMINAL = {
  /** Three pipes. */
  none: 0,
  /** A pty of the agent's; the child is its session leader. `stdin` and `stdout` are its two directions. */
  pty: 1,
  /** As `pty`, but the master arrives as a file descriptor on the unix socket `console` (OCI runtimes' --console-socket). */
  consoleSocket: 2,
} as const;

/** `protocol` of `connectInet`: the numbers of IP. */
export const INET_PROTOCOL = { tcp: 6, udp: 17 } as const;

/** `flags` of `write`. */
export const WRITE_APPEND = 1;
export const WRITE_EXCLUSIVE = 2;

/**
 * In each message `id` is:
 * - of a request: a number of the host's, never 0, not in use; the reply (`ok`, `failed`, `spawned`, `content`, `names`,
 *   `attributes`) carries the same one;
 * - of `data`, `datagram`, `credit`, `end`, `reset`: the stream;
 * - of `exited`: the request that spawned the process; of `accepted`: the request that listens.
 *
 * A stream number of 0 in `spawn` means /dev/null (no fd 3 for `status`).
 */
export const AGENT_MESSAGES = {
  // host -> agent
  /** First on every channel. Sets the clock (ns since 1970) and mixes `entropy` into the kernel's pool, reseeding it. */
  hello: { code: 1, fields: { version: 'u32', timeNs: 'u64', entropy: 'bytes' } },
  /**
   * Lets go of processes that are kept, as when the channel is gone: what they write and how they end waits for `adopt`. With
   * the answer everything that they said before is with the host, which can put it away before `suspend`.
   */
  release: { code: 26, fields: {} },
  /** Answer `ok`, close the channel and open it again (retrying) until somebody serves it: before a snapshot. */
  suspend: { code: 2, fields: {} },
  /** Answer: `spawned`, or `failed` when exec did; later `exited`. Streams end on their own. */
  spawn: {
    code: 3,
    fields: {
      argv: 'strs',
      /** The whole environment, `NAME=value`. argv[0] is looked up in its PATH. */
      env: 'strs',
      cwd: 'str',
      terminal: 'u8',
      cols: 'u16',
      rows: 'u16',
      /** Path of the unix socket for `consoleSocket`, else ''. Made before the spawn, removed after the fd came. */
      console: 'str',
      stdin: 'u32',
      stdout: 'u32',
      stderr: 'u32',
      /** What the child writes to its fd 3. */
      status: 'u32',
      /**
       * A name under which process, streams and exit outlive the channel, until `adopt`; unread output waits in its pipe.
       * With '' the streams are closed with the channel, and nobody is told of the exit.
       */
      keep: 'str',
    },
  },
  /** kill(2). */
  signal: { code: 4, fields: { pid: 'u32', signal: 'u8' } },
  /** Window size of the terminal whose output is `stream`. */
  resize: { code: 5, fields: { stream: 'u32', cols: 'u16', rows: 'u16' } },
  /** With parents. */
  mkdir: { code: 6, fields: { path: 'str', mode: 'u32' } },
  write: { code: 7, fields: { path: 'str', mode: 'u32', flags: 'u8', content: 'bytes' } },
  /** Answer: `content`, shorter than `length` only at the end of the file. */
  read: { code: 8, fields: { path: 'str', offset: 'u64', length: 'u32' } },
  /** Answer: `attributes`, of the link itself. */
  stat: { code: 9, fields: { path: 'str' } },
  /** Answer: `names`, without . and .. */
  list: { code: 10, fields: { path: 'str' } },
  /** A file, a symbolic link or a whole tree; does not cross mount points; a missing path is no error. */
  remove: { code: 11, fields: { path: 'str' } },
  /** mount(2). `loop` 1: `source` is a file, attached read-only to a free loop device that detaches itself on unmount. */
  mount: { code: 12, fields: { source: 'str', target: 'str', fstype: 'str', flags: 'u32', data: 'str', loop: 'u8' } },
  /** umount2(2). */
  umount: { code: 13, fields: { target: 'str', flags: 'u32' } },
  /** A unix stream socket; replaces a stale one. Answer `ok`, then an `accepted` for each connection until `unlisten`. */
  listen: { code: 14, fields: { path: 'str', mode: 'u32' } },
  /** `listener`: the id of the `listen` request. */
  unlisten: { code: 15, fields: { listener: 'u32' } },
  /**
   * Sends netlink(7) messages of the route family through a socket in the network namespace at the path `netns` ('' is the
   * agent's own), all at once. Only the last one asks to be acknowledged, or is a dump. Answer: `content`, what the kernel
   * answered besides; `failed` with the errno of the first one that was refused, the others were carried out.
   */
  netlink: { code: 16, fields: { netns: 'str', content: 'bytes' } },
  /**
   * TCP, in the network namespace at the path `netns` ('' is the agent's own). `address` is one of IPv4 or IPv6. Answer `ok`, then
   * an `accepted` for each connection until `unlisten`.
   */
  listenInet: { code: 17, fields: { netns: 'str', address: 'str', port: 'u16' } },
  /**
   * A stream in both directions to somebody else. With UDP each datagram is one `data` frame. Answer `ok` when it has begun; a
   * connection that is refused later is a `reset` of the stream with the errno.
   */
  connectInet: { code: 18, fields: { netns: 'str', protocol: 'u8', address: 'str', port: 'u16', stream: 'u32' } },
  /** A UDP socket bound to an address of IPv4. Answer `ok`, then a `datagram` for each that comes, until a `reset`. */
  datagrams: { code: 19, fields: { netns: 'str', address: 'str', port: 'u16', stream: 'u32' } },
  /** symlink(2): `path` becomes a link with the text `target`. */
  symlink: { code: 24, fields: { target: 'str', path: 'str' } },
  /** rename(2): replaces `to`. */
  rename: { code: 30, fields: { from: 'str', to: 'str' } },
  /** lchown(2). */
  chown: { code: 31, fields: { path: 'str', uid: 'u32', gid: 'u32' } },
  /** Shows the owners of the files of the mount at `target` as the maps say, written as in /proc/<pid>/uid_map. */
  idmap: { code: 27, fields: { target: 'str', uids: 'str', gids: 'str' } },
  /** Answer: `names` of the processes that outlived an earlier channel and were not adopted on this one. */
  kept: { code: 28, fields: {} },
  /**
   * Takes over a process that outlived its channel. Answer: `spawned`; then its streams go on under these numbers, with
   * fresh windows, and `exited` follows. A direction that is over says so at once (`end` of an output, `reset` of stdin).
   * With `keep` 0 it has no name any more: it ends with this channel as if it had been spawned on it.
   */
  adopt: { code: 29, fields: { name: 'str', stdin: 'u32', stdout: 'u32', stderr: 'u32', status: 'u32', keep: 'u8' } },

  // agent -> host
  ok: { code: 32, fields: {} },
  failed: { code: 33, fields: { errno: 'u32', message: 'str' } },
  spawned: { code: 34, fields: { pid: 'u32' } },
  /** `code` is 0 when `signal` is not. */
  exited: { code: 35, fields: { code: 'u32', signal: 'u32' } },
  content: { code: 36, fields: { content: 'bytes' } },
  names: { code: 37, fields: { names: 'strs' } },
  /** `mode` with the file type bits of stat(2). */
  attributes: { code: 38, fields: { mode: 'u32', size: 'u64', mtimeS: 'u64' } },
  accepted: { code: 39, fields: { stream: 'u32' } },
  /** A line for the host's log: what the agent refused or lost, and why. */
  log: { code: 40, fields: { text: 'str' } },

  // both ways, on a stream
  data: { code: 64, fields: { content: 'bytes' } },
  /** The receiver took `bytes`; the sender may send that much more. */
  credit: { code: 65, fields: { bytes: 'u32' } },
  /** No more data from this side. */
  end: { code: 66, fields: {} },
  /** This side gave up the stream in both directions; `errno` says why, 0 for no reason. */
  reset: { code: 67, fields: { errno: 'u32' } },
  /**
   * Of `datagrams`: from or to somebody else's address and port. The host's window for them shrinks by the content and
   * DATAGRAM_OVERHEAD_BYTES; while it has no room for the largest one the kernel keeps or drops what comes. The guest has no
   * window: what cannot be sent at once is lost.
   */
  datagram: { code: 68, fields: { address: 'u32', port: 'u16', content: 'bytes' } },
} as const;

export type AgentMessage = MessageOf<typeof AGENT_MESSAGES>;
