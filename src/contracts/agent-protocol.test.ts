// Pins the agent's messages to the bytes that emulator/agent's own tests read.
import { describe, expect, test } from 'vitest';
import golden from './agent-protocol.golden.txt?raw';
import {
  AGENT_MESSAGES,
  AGENT_STREAM_BIT,
  INET_PROTOCOL,
  STREAM_WINDOW_BYTES,
  TERMINAL,
  type AgentMessage,
} from './agent-protocol.ts';
import { encodeFrame, FrameDecoder } from './frame-codec.ts';

const MAX_U32 = 0xffff_ffff;

const messages: Record<string, AgentMessage> = {
  hello: {
    type: 'hello',
    id: 1,
    version: 1,
    timeNs: 1_700_000_000_123_456_768,
    entropy: Uint8Array.of(0, 1, 254, 255),
  },
  'hello-no-entropy': { type: 'hello', id: MAX_U32, version: MAX_U32, timeNs: 0, entropy: new Uint8Array(0) },
  suspend: { type: 'suspend', id: 2 },
  release: { type: 'release', id: 49 },
  spawn: {
    type: 'spawn',
    id: 3,
    argv: ['sh', '-c', 'echo "grüß 世界 🐳"'],
    env: ['PATH=/usr/bin:/bin', 'EMPTY='],
    cwd: '/root',
    terminal: TERMINAL.pty,
    cols: 80,
    rows: 24,
    console: '',
    stdin: 1,
    stdout: 2,
    stderr: 0,
    status: 3,
    keep: '',
  },
  'spawn-console-socket': {
    type: 'spawn',
    id: 4,
    argv: [''],
    env: [],
    cwd: '',
    terminal: TERMINAL.consoleSocket,
    cols: 65535,
    rows: 65535,
    console: '/run/c.sock',
    stdin: AGENT_STREAM_BIT - 1,
    stdout: 4,
    stderr: 5,
    status: 6,
    keep: 'bücher',
  },
  signal: { type: 'signal', id: 5, pid: 4194304, signal: 9 },
  resize: { type: 'resize', id: 6, stream: 2, cols: 132, rows: 50 },
  mkdir: { type: 'mkdir', id: 7, path: '/var/lib/docker', mode: 0o710 },
  write: { type: 'write', id: 8, path: '/tmp/ä', mode: 0o644, flags: 3, content: new TextEncoder().encode('x\0y\n') },
  'write-empty': { type: 'write', id: 9, path: '/tmp/empty', mode: 0, flags: 0, content: new Uint8Array(0) },
  read: { type: 'read', id: 10, path: '/big', offset: 2 ** 32 + 5, length: 65536 },
  stat: { type: 'stat', id: 11, path: '/' },
  list: { type: 'list', id: 12, path: '/proc' },
  remove: { type: 'remove', id: 13, path: '/tmp/tree' },
  mount: {
    type: 'mount',
    id: 14,
    source: '/host/blobs/a.erofs',
    target: '/mnt',
    fstype: 'erofs',
    flags: 1,
    data: '',
    loop: 1,
  },
  umount: { type: 'umount', id: 15, target: '/mnt', flags: 2 },
  listen: { type: 'listen', id: 16, path: '/var/run/docker.sock', mode: 0o660 },
  unlisten: { type: 'unlisten', id: 17, listener: 16 },
  listenInet: { type: 'listenInet', id: 50, netns: '/proc/7/ns/net', address: '127.0.0.11', port: 65535 },
  connectInet: {
    type: 'connectInet',
    id: 51,
    netns: '',
    protocol: INET_PROTOCOL.udp,
    address: '2001:db8::1',
    port: 53,
    stream: 3,
  },
  datagrams: { type: 'datagrams', id: 52, netns: '/proc/7/ns/net', address: '0.0.0.0', port: 0, stream: 4 },
  symlink: { type: 'symlink', id: 43, target: '../a', path: '/l/ä' },
  rename: { type: 'rename', id: 26, from: '/var/log/a', to: '/var/log/a.1' },
  chown: { type: 'chown', id: 47, path: '/var/lib/docker', uid: 0, gid: 100_000 },
  netlink: { type: 'netlink', id: 49, netns: '/proc/7/ns/net', content: Uint8Array.of(16, 0, 0, 0) },
  idmap: { type: 'idmap', id: 48, target: '/mnt', uids: '0 100000 65536\n', gids: '0 1 1\n1 100000 9\n' },
  kept: { type: 'kept', id: 45 },
  adopt: {
    type: 'adopt',
    id: 46,
    name: 'bücher',
    stdin: 1,
    stdout: 2,
    stderr: 0,
    status: AGENT_STREAM_BIT - 1,
    keep: 1,
  },
  ok: { type: 'ok', id: 18 },
  failed: { type: 'failed', id: 19, errno: 2, message: 'Cannot open /nö: No such file or directory' },
  spawned: { type: 'spawned', id: 20, pid: 1234 },
  exited: { type: 'exited', id: 20, code: 255, signal: 0 },
  'exited-by-signal': { type: 'exited', id: 21, code: 0, signal: 15 },
  content: { type: 'content', id: 22, content: Uint8Array.of(127, 69, 76, 70) },
  names: { type: 'names', id: 23, names: ['a', 'b c', 'ñ'] },
  'names-none': { type: 'names', id: 24, names: [] },
  attributes: { type: 'attributes', id: 25, mode: 0o100644, size: Number.MAX_SAFE_INTEGER, mtimeS: 2 ** 32 + 1 },
  accepted: { type: 'accepted', id: 26, stream: AGENT_STREAM_BIT },
  log: { type: 'log', id: 0, text: 'Cannot read a frame' },
  data: { type: 'data', id: MAX_U32, content: Uint8Array.of(10) },
  'data-none': { type: 'data', id: 1, content: new Uint8Array(0) },
  credit: { type: 'credit', id: 1, bytes: STREAM_WINDOW_BYTES },
  end: { type: 'end', id: 1 },
  reset: { type: 'reset', id: 1, errno: 32 },
  datagram: { type: 'datagram', id: 4, address: 0xac12_0002, port: 40_000, content: Uint8Array.of(1, 2) },
  'datagram-empty': { type: 'datagram', id: 4, address: MAX_U32, port: 0, content: new Uint8Array(0) },
};

const frames = new Map(
  golden
    .trimEnd()
    .split('\n')
    .map((line): [string, string] => {
      const [name = '', hex = ''] = line.split('\t');
      return [name, hex];
    }),
);

describe('agent protocol', () => {
  test('the golden file has every message type, and nothing unknown', () => {
    expect([...frames.keys()]).toEqual(Object.keys(messages));
    expect(new Set(Object.values(messages).map(({ type }) => type))).toEqual(new Set(Object.keys(AGENT_MESSAGES)));
  });

  test('codes are distinct', () => {
    const codes = Object.values(AGENT_MESSAGES).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test.each(Object.entries(messages))('%s', (name, message) => {
    const bytes = Buffer.from(frames.get(name) ?? '', 'hex');
    expect(Buffer.from(encodeFrame(AGENT_MESSAGES, message)).toString('hex')).toBe(frames.get(name));
    expect(new FrameDecoder(AGENT_MESSAGES).push(new Uint8Array(bytes))).toEqual([message]);
  });
});
