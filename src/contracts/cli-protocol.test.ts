// Pins the stub's messages to the bytes that emulator/stub's own tests read.
import { describe, expect, test } from 'vitest';
import golden from './cli-protocol.golden.txt?raw';
import { CLI_MESSAGES, CLI_PROTOCOL_VERSION, type CliMessage } from './cli-protocol.ts';
import { encodeFrame, FrameDecoder } from './frame-codec.ts';

const messages: Record<string, CliMessage> = {
  open: {
    type: 'open',
    id: 0,
    version: CLI_PROTOCOL_VERSION,
    argv: ['docker', 'run', '-it', 'bücher/🐳'],
    env: ['TERM=xterm', 'LANG=C.UTF-8'],
    cwd: '/root',
    terminal: 7,
    cols: 80,
    rows: 24,
  },
  'open-bare': { type: 'open', id: 0, version: 0xffff_ffff, argv: [], env: [], cwd: '', terminal: 0, cols: 0, rows: 0 },
  stdin: { type: 'stdin', id: 0, content: new TextEncoder().encode('ls\r') },
  'stdin-end': { type: 'stdin', id: 0, content: new Uint8Array(0) },
  resize: { type: 'resize', id: 0, cols: 65535, rows: 1 },
  signal: { type: 'signal', id: 0, signal: 28 },
  done: { type: 'done', id: 0xffff_ffff, errno: 17 },
  content: { type: 'content', id: 7, content: Uint8Array.of(0, 255) },
  finished: { type: 'finished', id: 8, code: 1, message: '2 lstat ø: no such file or directory' },
  stdout: { type: 'stdout', id: 0, content: new TextEncoder().encode('hello\n') },
  stderr: { type: 'stderr', id: 0, content: new TextEncoder().encode('Unable\n') },
  pull: { type: 'pull', id: 0, bytes: 65536 },
  raw: { type: 'raw', id: 0, on: 1 },
  exit: { type: 'exit', id: 0, code: 125, signal: 0 },
  'exit-by-signal': { type: 'exit', id: 0, code: 255, signal: 15 },
  read: { type: 'read', id: 7, path: 'env/ø', offset: 2 ** 33, length: 65536 },
  write: { type: 'write', id: 8, path: 'cid', mode: 0o600, flags: 2, content: new TextEncoder().encode('0123') },
  remove: { type: 'remove', id: 9, path: 'cid' },
  catchSignals: { type: 'catchSignals', id: 0, on: 1 },
  start: { type: 'start', id: 10, argv: ['drydock-tree', 'pack', 'a b', 'b'] },
  take: { type: 'take', id: 11, length: 262144 },
  give: { type: 'give', id: 12, content: Uint8Array.of(1, 2, 3) },
  finish: { type: 'finish', id: 13, cancel: 1 },
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

describe('cli protocol', () => {
  test('the golden file has every message type, and nothing unknown', () => {
    expect([...frames.keys()]).toEqual(Object.keys(messages));
    expect(new Set(Object.values(messages).map(({ type }) => type))).toEqual(new Set(Object.keys(CLI_MESSAGES)));
  });

  test.each(Object.entries(messages))('%s', (name, message) => {
    const bytes = Buffer.from(frames.get(name) ?? '', 'hex');
    expect(Buffer.from(encodeFrame(CLI_MESSAGES, message)).toString('hex')).toBe(frames.get(name));
    expect(new FrameDecoder(CLI_MESSAGES).push(new Uint8Array(bytes))).toEqual([message]);
  });
});
