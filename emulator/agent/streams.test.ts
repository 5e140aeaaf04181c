// Streams under load, sockets, and a channel that breaks.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AGENT_STREAM_BIT, MAX_DATA_BYTES, STREAM_WINDOW_BYTES } from '../../src/contracts/agent-protocol.ts';
import type { TestAgent } from './test-agent.ts';
import { useAgent } from './use-agent.ts';

let agent: TestAgent;
const { folder, startAnother } = useAgent((started) => (agent = started));

describe('windows', () => {
  test('a producer stops at the end of the window, and holds nobody up', async () => {
    agent.slow.add(2);
    await agent.spawn(['yes'], { stdout: 2 });
    await agent.until(() => agent.length(2) === STREAM_WINDOW_BYTES);
    await agent.spawn(['echo', 'still served'], { stdout: 3 });
    expect(await agent.all(3)).toBe('still served\n');
    expect(agent.length(2)).toBe(STREAM_WINDOW_BYTES);
    agent.send({ type: 'credit', id: 2, bytes: 10 });
    await agent.until(() => agent.length(2) === STREAM_WINDOW_BYTES + 10);
    expect(await agent.ask({ type: 'stat', path: '/' })).toMatchObject({ type: 'attributes' });
    expect(agent.length(2)).toBe(STREAM_WINDOW_BYTES + 10);
  });

  test('a stalled stream costs no CPU after its program has exited', async () => {
    agent.slow.add(2);
    const { id } = await agent.spawn(['head', '-c', String(STREAM_WINDOW_BYTES + 9), '/dev/zero'], { stdout: 2 });
    await agent.exited(id);
    const before = cpuTicks();
    await agent.spawn(['sleep', '0.3']).then(async (sleep) => agent.exited(sleep.id));
    expect(cpuTicks() - before).toBeLessThan(10);
    agent.send({ type: 'credit', id: 2, bytes: 100 });
    await agent.ended(2);
    expect(agent.length(2)).toBe(STREAM_WINDOW_BYTES + 9);
  });

  test('no byte is lost or changed under load, and memory stays small', async () => {
    await agent.spawn(['head', '-c', '30000000', '/dev/zero'], { stdout: 2 });
    await agent.spawn(['seq', '1', '300000'], { stdout: 3 });
    await Promise.all([agent.ended(2), agent.ended(3)]);
    expect(agent.length(2)).toBe(30_000_000);
    expect(agent.text(3)).toBe(Array.from({ length: 300_000 }, (_, i) => `${i + 1}\n`).join(''));
    expect(residentKilobytes()).toBeLessThan(16_000);
  });

  test('input waits for a slow reader, then all of it arrives', async () => {
    const input = Buffer.from(Array.from({ length: STREAM_WINDOW_BYTES }, (_, i) => i % 251));
    await agent.spawn(['sh', '-c', 'read go <&3; cat'], { stdin: 1, stdout: 2 });
    await agent.spawn(['sh', '-c', 'echo ready; read go; cat'], { stdin: 3, stdout: 4 });
    await agent.until(() => agent.text(4) === 'ready\n');
    agent.write(3, 'go\n');
    for (let at = 0; at < input.length - 3; at += MAX_DATA_BYTES) {
      agent.write(3, input.subarray(at, Math.min(at + MAX_DATA_BYTES, input.length - 3)));
    }
    agent.end(3);
    await agent.ended(4);
    expect(
      agent
        .bytes(4)
        .subarray('ready\n'.length)
        .equals(input.subarray(0, input.length - 3)),
    ).toBe(true);
  });

  test('gives credit for what the program read, and only that', async () => {
    await agent.spawn(['sleep', '100'], { stdin: 1 });
    await agent.spawn(['cat'], { stdin: 3 });
    const half = new Uint8Array(STREAM_WINDOW_BYTES / 2);
    agent.write(1, half);
    agent.write(3, half);
    const credited = (stream: number): number =>
      agent.messages.reduce((sum, m) => sum + (m.type === 'credit' && m.id === stream ? m.bytes : 0), 0);
    // Credit goes back in pieces of a quarter of the window; less than one may be owed.
    await agent.until(() => credited(3) > half.length - STREAM_WINDOW_BYTES / 4);
    expect(credited(3)).toBeLessThanOrEqual(half.length);
    // A pipe holds 64 KB, which count as read.
    expect(credited(1)).toBe(MAX_DATA_BYTES);
  });

  test.each([
    ['data', (): void => [0, 1, 2, 3, 4, 5].forEach(() => agent.write(1, new Uint8Array(MAX_DATA_BYTES)))],
    ['credit', (): void => agent.send({ type: 'credit', id: 2, bytes: 1 })],
  ])('%s beyond the window resets the stream', async (_what, misbehave) => {
    await agent.spawn(['sleep', '100'], { stdin: 1, stdout: 2 });
    misbehave();
    const reset = await agent.message((message) => message.type === 'reset');
    expect(reset).toMatchObject({ errno: 71 });
  });

  test('what is said of a stream that is gone is ignored', async () => {
    agent.write(77, 'x');
    agent.end(77);
    agent.send({ type: 'credit', id: 77, bytes: 1 });
    agent.send({ type: 'reset', id: 77, errno: 0 });
    expect(await agent.ask({ type: 'stat', path: '/' })).toMatchObject({ type: 'attributes' });
  });
});

function cpuTicks(): number {
  const [user = 0, system = 0] = readFileSync(`/proc/${agent.pid}/stat`, 'utf8').split(' ').slice(13, 15).map(Number);
  return user + system;
}

function residentKilobytes(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${agent.pid}/status`, 'utf8'))?.[1]);
}

describe('sockets', () => {
  const path = join(folder, 'listen.sock');

  test('each connection is a stream with two directions, which end apart', async () => {
    const listener = agent.request({ type: 'listen', path, mode: 0o660 });
    await agent.message((message) => message.type === 'ok' && message.id === listener);
    expect(await agent.ask({ type: 'stat', path })).toMatchObject({ mode: 0o140660 });
    const clients = ['one', 'two'].map((text) => {
      const client = connect({ path, allowHalfOpen: true });
      client.end(text);
      return client;
    });
    await agent.until(() => agent.messages.filter(({ type }) => type === 'accepted').length === 2);
    const streams = agent.messages.flatMap((message) => (message.type === 'accepted' ? [message.stream] : []));
    expect(new Set(streams).size).toBe(2);
    const texts = await Promise.all(streams.map(async (stream) => agent.all(stream)));
    expect(texts.sort()).toEqual(['one', 'two']);
    for (const stream of streams) {
      expect(stream).toBeGreaterThanOrEqual(AGENT_STREAM_BIT);
      agent.write(stream, 'answer');
      agent.end(stream);
    }
    for (const client of clients) {
      let answer = '';
      client.on('data', (bytes) => (answer += bytes.toString()));
      await once(client, 'end');
      expect(answer).toBe('answer');
    }
    expect(await agent.ask({ type: 'unlisten', listener })).toMatchObject({ type: 'ok' });
    expect(await agent.ask({ type: 'unlisten', listener })).toMatchObject({ type: 'failed', errno: 2 });
    expect(await agent.ask({ type: 'stat', path })).toMatchObject({ type: 'failed', errno: 2 });
  });

  test('a stale socket is replaced, a path too long refused', async () => {
    expect(await agent.ask({ type: 'listen', path, mode: 0o600 })).toMatchObject({ type: 'ok' });
    agent.hangUp();
    await agent.until(() => agent.connections === 2);
    await agent.hello();
    expect(await agent.ask({ type: 'listen', path, mode: 0o600 })).toMatchObject({ type: 'ok' });
    const long = `/${'x'.repeat(200)}`;
    expect(await agent.ask({ type: 'listen', path: long, mode: 0 })).toMatchObject({ type: 'failed', errno: 36 });
  });
});

describe('the channel', () => {
  test('nothing is served before hello, nor to another version', async () => {
    const other = await startAnother();
    try {
      expect(await other.ask({ type: 'stat', path: '/' })).toMatchObject({ type: 'failed', errno: 71 });
      const stranger = { type: 'hello', version: 99, timeNs: 0, entropy: new Uint8Array(0) } as const;
      expect(await other.ask(stranger)).toMatchObject({ type: 'failed', errno: 71 });
      expect(await other.ask({ type: 'stat', path: '/' })).toMatchObject({ type: 'failed', errno: 71 });
      expect(await other.hello()).toMatchObject({ type: 'ok' });
      expect(await other.ask({ type: 'stat', path: '/' })).toMatchObject({ type: 'attributes' });
    } finally {
      await other.stop();
    }
  });

  test.each([
    ['a size too small', [8, 0, 0, 0, 1, 0, 0, 0, 0]],
    ['a size too large', [1, 0, 16, 0, 1, 0, 0, 0, 0]],
    ['an unknown type', [9, 0, 0, 0, 200, 0, 0, 0, 0]],
    ['a field past the end', [13, 0, 0, 0, 9, 1, 0, 0, 0, 255, 255, 255, 255]],
    ['a list past the end', [13, 0, 0, 0, 3, 1, 0, 0, 0, 255, 255, 255, 255]],
    ['a NUL in a path', [15, 0, 0, 0, 9, 1, 0, 0, 0, 2, 0, 0, 0, 47, 0]],
    ['bytes left over', [10, 0, 0, 0, 2, 1, 0, 0, 0, 0]],
  ])('%s ends it; the agent says why and opens it again', async (_what, bytes) => {
    const { pid } = await agent.spawn(['sleep', '100'], { stdout: 2 });
    let reason = '';
    void agent.message(({ type }) => type === 'log').then((log) => (reason = log.type === 'log' ? log.text : ''));
    agent.sendRaw(Uint8Array.from(bytes));
    await agent.until(() => agent.connections === 2);
    expect(reason).toContain('Cannot read a frame');
    expect(await agent.hello()).toMatchObject({ type: 'ok' });
    // The stream's number is free again, and the process lives on.
    await agent.spawn(['echo', 'recovered'], { stdout: 2 });
    expect(await agent.all(2)).toBe('recovered\n');
    expect(await agent.ask({ type: 'signal', pid, signal: 9 })).toMatchObject({ type: 'ok' });
  });

  test('suspend answers, closes, and comes back', async () => {
    await agent.spawn(['cat'], { stdin: 1, stdout: 2 });
    expect(await agent.ask({ type: 'suspend' })).toMatchObject({ type: 'ok' });
    await agent.until(() => agent.connections === 2);
    expect(await agent.hello()).toMatchObject({ type: 'ok' });
    await agent.spawn(['echo', 'again'], { stdout: 2 });
    expect(await agent.all(2)).toBe('again\n');
  });
});
