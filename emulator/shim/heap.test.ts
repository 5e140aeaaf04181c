// What libcrun keeps in the shim's heap stays what it was, whatever is asked for, given back and trimmed in between.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'heap-'));
const program = join(folder, 'heap');
const WRAPPED = ['malloc', 'free', 'calloc', 'realloc'];

beforeAll(() => {
  const flags = ['-std=gnu11', '-D_GNU_SOURCE', '-O1', '-Wall', '-Wextra', '-Werror', '-fno-builtin'];
  const wraps = WRAPPED.map((name) => `-Wl,--wrap=${name}`);
  const sources = ['heap.test.c', 'heap.c'].map((name) => join(import.meta.dirname, name));
  execFileSync('cc', [...flags, ...sources, ...wraps, '-o', program]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('pieces of all sizes come, grow and go, and pages are given back', () => {
  const { stdout, status } = spawnSync(program, { encoding: 'utf8' });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});
