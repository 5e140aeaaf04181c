// Processes that are kept over the loss of the channel: what they write and how they end is not lost.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { STREAM_WINDOW_BYTES, TERMINAL } from '../../src/contracts/agent-protocol.ts';
import type { TestAgent } from './test-agent.ts';
import { useAgent } from './use-agent.ts';

let agent: TestAgent;
useAgent((started) => (agent = started));

const STREAMS = { stdin: 1, stdout: 2, stderr: 3, status: 4 };
/** Other numbers, as a new host would choose them. */
const AGAIN = { stdin: 11, stdout: 12, stderr: 13, status: 14, keep: 1 };

async function reconnect(): Promise<void> {
  const next = agent.connections + 1;
  agent.hangUp();
  await agent.until(() => agent.connections === next);
  await agent.hello();
}

async function adopt(name: string): Promise<number> {
  const id = agent.request({ type: 'adopt', name, ...AGAIN });
  await agent.message((message) => message.id === id && message.type === 'spawned');
  return id;
}

test('streams go on under new numbers, both ways', async () => {
  const { pid } = await agent.spawn(['sh', '-c', 'echo one; while read x; do echo "got $x"; echo err >&2; done'], {
    ...STREAMS,
    keep: 'c',
  });
  agent.write(1, 'a\n');
  await agent.until(() => agent.text(2) === 'one\ngot a\n' && agent.text(3) === 'err\n');
  await reconnect();
  expect(await agent.ask({ type: 'kept' })).toMatchObject({ type: 'names', names: ['c'] });
  const id = agent.request({ type: 'adopt', name: 'c', ...AGAIN });
  expect(await agent.message((message) => message.id === id)).toMatchObject({ type: 'spawned', pid });
  expect(await agent.ask({ type: 'kept' })).toMatchObject({ names: [] });
  agent.write(11, 'b\n');
  agent.end(11);
  expect(await agent.all(12)).toBe('got b\n');
  expect(await agent.all(13)).toBe('err\n');
  expect(await agent.exited(id)).toMatchObject({ code: 0, signal: 0 });
});

test('output and exit of the time between are delivered', async () => {
  const script = 'read x; echo late; echo "late error" >&2; echo status >&3; exit 7';
  const { pid } = await agent.spawn(['sh', '-c', script], { ...STREAMS, keep: 'c' });
  await reconnect();
  const { id } = await agent.spawn(['sh', '-c', `echo go > /proc/${pid}/fd/0; while kill -0 ${pid}; do :; done 2>&-`]);
  await agent.exited(id);
  const adopted = await adopt('c');
  expect(await agent.exited(adopted)).toMatchObject({ code: 7 });
  expect(await agent.all(12)).toBe('late\n');
  expect(await agent.all(13)).toBe('late error\n');
  expect(await agent.all(14)).toBe('status\n');
  // Its input ended with it.
  expect(await agent.ended(11)).toMatchObject({ type: 'reset' });
});

test('what is said after a release waits for the next host; what was said before it has come', async () => {
  const script = 'echo before; read x; echo after; exit 3';
  const { id, pid } = await agent.spawn(['sh', '-c', script], { ...STREAMS, keep: 'c' });
  await agent.until(() => agent.text(2) === 'before\n');
  expect(await agent.ask({ type: 'release' })).toMatchObject({ type: 'ok' });
  const ending = await agent.spawn(['sh', '-c', `echo go > /proc/${pid}/fd/0; while kill -0 ${pid}; do :; done 2>&-`]);
  await agent.exited(ending.id);
  expect(agent.messages.some((message) => message.id === id && message.type === 'exited')).toBe(false);
  expect(agent.text(2)).toBe('before\n');
  await reconnect();
  const adopted = await adopt('c');
  expect(await agent.exited(adopted)).toMatchObject({ code: 3 });
  expect(await agent.all(12)).toBe('after\n');
});

test('a writer without a reader waits, and nothing is lost or doubled', async () => {
  const lines = 100_000;
  agent.slow.add(2);
  const { id } = await agent.spawn(['seq', String(lines)], { ...STREAMS, keep: 'c' });
  await agent.until(() => agent.length(2) === STREAM_WINDOW_BYTES);
  const before = agent.text(2);
  await reconnect();
  expect(agent.messages.some((message) => message.id === id && message.type === 'exited')).toBe(false);
  await adopt('c');
  const all = (before + (await agent.all(12))).trimEnd().split('\n');
  expect(all.length).toBe(lines);
  expect(all.every((line, index) => line === String(index + 1))).toBe(true);
});

test('input that was on its way arrives once, and credit starts anew', async () => {
  const first = 'a'.repeat(STREAM_WINDOW_BYTES);
  const { pid } = await agent.spawn(['sh', '-c', 'kill -STOP $$; exec wc -c'], { ...STREAMS, keep: 'c' });
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') T ');
  agent.write(1, first);
  await agent.ask({ type: 'stat', path: '/' });
  await reconnect();
  await adopt('c');
  agent.write(11, first);
  agent.end(11);
  await agent.ask({ type: 'signal', pid, signal: 18 });
  expect(Number(await agent.all(12))).toBe(2 * STREAM_WINDOW_BYTES);
});

test('a terminal stays a terminal', async () => {
  await agent.spawn(['sh', '-c', 'tty >/dev/null && echo yes; read x; stty size; echo "got $x"'], {
    terminal: TERMINAL.pty,
    cols: 80,
    rows: 24,
    stdin: 1,
    stdout: 2,
    keep: 't',
  });
  await agent.until(() => agent.text(2).includes('yes'));
  await reconnect();
  const id = agent.request({ type: 'adopt', name: 't', stdin: 11, stdout: 12, stderr: 0, status: 0, keep: 1 });
  await agent.message((message) => message.id === id);
  expect(await agent.ask({ type: 'resize', stream: 12, cols: 100, rows: 40 })).toMatchObject({ type: 'ok' });
  agent.write(11, 'x\r');
  const output = await agent.all(12);
  expect(output).toContain('40 100');
  expect(output).toContain('got x');
});

test('more than once, and after nobody asked', async () => {
  await agent.spawn(['cat'], { ...STREAMS, keep: 'c' });
  for (let round = 0; round < 3; round++) {
    await reconnect();
    await reconnect();
    await adopt('c');
    agent.write(11, `${round}\n`);
    await agent.until(() => agent.text(12) === `${round}\n`);
  }
});

test('what is not kept ends with the channel', async () => {
  await agent.spawn(['cat'], STREAMS);
  await reconnect();
  expect(await agent.ask({ type: 'kept' })).toMatchObject({ names: [] });
  expect(await agent.ask({ type: 'adopt', name: 'c', ...AGAIN })).toMatchObject({ type: 'failed', errno: 2 });
});

test('what is adopted without its name ends with that channel', async () => {
  const { pid } = await agent.spawn(['sh', '-c', 'read x; echo "got $x"; read x; echo "got $x"; read x'], {
    ...STREAMS,
    terminal: TERMINAL.pty,
    stderr: 0,
    status: 0,
    keep: 't',
  });
  await reconnect();
  const id = agent.request({ type: 'adopt', name: 't', stdin: 11, stdout: 12, stderr: 0, status: 0, keep: 0 });
  expect(await agent.message((message) => message.id === id)).toMatchObject({ type: 'spawned', pid });
  agent.write(11, 'one\r');
  await agent.until(() => agent.text(12).includes('got one'));
  expect(await agent.ask({ type: 'adopt', name: 't', ...AGAIN })).toMatchObject({ type: 'failed', errno: 2 });
  await reconnect();
  expect(await agent.ask({ type: 'kept' })).toMatchObject({ names: [] });
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
});

test('names are unique, and a process is adopted once', async () => {
  await agent.spawn(['cat'], { ...STREAMS, keep: 'c' });
  await expect(
    agent.spawn(['cat'], { ...STREAMS, stdin: 21, stdout: 22, stderr: 23, status: 24, keep: 'c' }),
  ).rejects.toThrow('Cannot keep c: File exists');
  expect(await agent.ask({ type: 'adopt', name: 'c', ...AGAIN })).toMatchObject({ type: 'failed', errno: 16 });
  await reconnect();
  expect(await agent.ask({ type: 'adopt', name: 'c', ...AGAIN, stdout: 11 })).toMatchObject({ errno: 22 });
  await adopt('c');
  agent.end(11);
  expect(await agent.ended(12)).toMatchObject({ type: 'end' });
});
