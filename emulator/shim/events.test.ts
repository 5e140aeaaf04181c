// The shim's events are JSON whatever crun's words are, and its command line refuses what it does not know.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'drydock-shim-'));
const program = join(folder, 'events');

beforeAll(() => {
  const flags = ['-std=gnu11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined'];
  const sources = ['events.test.c', 'status.c', 'arguments.c', '../lib-c/io.c'].map((name) =>
    join(import.meta.dirname, name),
  );
  execFileSync('cc', [...flags, ...sources, '-o', program]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  const { status, output } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  return { status, line: String(output[3]) };
}

describe('events', () => {
  test('processes', () => {
    expect(run('process', 'started', '4194304').line).toBe('{"event":"started","pid":4194304}\n');
  });

  test.each([
    [7 << 8, '0', { code: 7, signal: 0, oomKilled: false }],
    [9, '1', { code: 0, signal: 9, oomKilled: true }],
    // With a core dump.
    [128 + 11, '0', { code: 0, signal: 11, oomKilled: false }],
  ])('the exit of wait status %d', (status, oomKilled, expected) => {
    const beforeMs = Date.now();
    const { line } = run('exit', String(status), oomKilled, folder);
    const { timeMs, ...event } = JSON.parse(line) as { timeMs: number };
    expect(event).toEqual({ event: 'exit', ...expected });
    expect(timeMs).toBeGreaterThanOrEqual(beforeMs);
    expect(timeMs).toBeLessThanOrEqual(Date.now());
    expect(readFileSync(join(folder, 'exit.json'), 'utf8')).toBe(line);
  });

  test('an exit is told even where it cannot be kept', () => {
    expect(JSON.parse(run('exit', '0', '0', '/nowhere').line)).toMatchObject({ event: 'exit', code: 0 });
  });

  test.each(['plain', 'a "quote" \\ and\nlines\ttabs \u0001', 'größe 世界 🐳', ''])('an error: %j', (message) => {
    const { line } = run('error', message);
    expect(line.split('\n')).toHaveLength(2);
    expect(JSON.parse(line)).toEqual({ event: 'error', message });
  });

  test('a long error is cut, and still JSON', () => {
    const { message } = JSON.parse(run('error', '"'.repeat(5000)).line) as { message: string };
    expect(message.length).toBeGreaterThan(900);
    expect(message).toMatch(/^"+$/);
  });
});

describe('arguments', () => {
  test.each([
    ['run --bundle /b --id c1', '0 c1 /b - - /run/crun\n'],
    ['exec --id c1 --process /p --console-socket /s --state-root /r', '1 c1 - /p /s /r\n'],
    ['delete --bundle /b --id c1', '2 c1 /b - - /run/crun\n'],
  ])('%s', (line, expected) => {
    expect(run('arguments', ...line.split(' '))).toEqual({ status: 0, line: expected });
  });

  test.each([
    '',
    'stop --id c1',
    'run --id c1',
    'exec --id c1 --bundle /b',
    'delete --id c1',
    'run --bundle /b --id',
    'run --bundle /b --id c --x y',
  ])('refuses "%s"', (line) => {
    expect(run('arguments', ...line.split(' ').filter((word) => word !== '')).status).toBe(2);
  });
});
