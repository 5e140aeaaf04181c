// Snapshots of the real guest: what two visitors of one snapshot share, and what they must not.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DrydockMachine } from '../../src/machine/create-machine.ts';
import { run, sh, startMachine } from '../support/machine.ts';

let original: DrydockMachine;
let snapshot: Uint8Array<ArrayBuffer>;
const restored: DrydockMachine[] = [];

beforeAll(async () => {
  original = await startMachine();
  await sh(original, 'echo kept > /tmp/kept; cd /tmp; sleep 1000 >/dev/null 2>&1 & echo $! > /tmp/pid');
  snapshot = new Uint8Array(await original.snapshot());
  for (let count = 0; count < 2; count += 1) restored.push(await startMachine({ snapshot }));
});

afterAll(async () => {
  await Promise.all([original, ...restored].map((machine) => machine.destroy()));
});

test('the machine that was saved goes on', async () => {
  expect(await sh(original, 'cat /tmp/kept')).toBe('kept');
});

test('files and processes are there again', async () => {
  for (const machine of restored) {
    expect(await sh(machine, 'cat /tmp/kept; kill -0 $(cat /tmp/pid) && echo alive')).toBe('kept\nalive');
  }
});

test('each has random numbers of its own', async () => {
  const script = 'cat /proc/sys/kernel/random/uuid; head -c 16 /dev/urandom | od -An -tx1';
  const outputs = await Promise.all([original, ...restored].map((machine) => sh(machine, script)));
  expect(new Set(outputs.flatMap((output) => output.split('\n'))).size).toBe(6);
});

test('each shows the right date', async () => {
  for (const machine of [original, ...restored]) {
    const seconds = Number((await run(machine, 'date', '+%s')).stdout);
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(5);
  }
});

test('the root image is still read lazily', async () => {
  for (const machine of restored) expect(await sh(machine, 'tar --version | head -1')).toContain('tar');
});

test('a damaged snapshot is refused in words', async () => {
  const damaged = snapshot.slice();
  damaged.fill(0, 0, 4);
  await expect(startMachine({ snapshot: damaged })).rejects.toMatchObject({ code: 'data-loss' });
  const cut = snapshot.slice(0, snapshot.length - 4096);
  await expect(startMachine({ snapshot: cut })).rejects.toMatchObject({ code: 'machine' });
});
