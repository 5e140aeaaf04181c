import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkFiles } from './file-check.ts';
import type { FileCheck } from './file-check.ts';

let root: string;
let cache: string;
/** What each run of the tool was given. */
let runs: (readonly string[] | undefined)[];
let files: string[];
let good: boolean;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'drydock-check-'));
  cache = join(root, 'cache');
  runs = [];
  files = [];
  good = true;
  for (const path of ['settings.json', 'src/a.ts', 'src/b.ts', 'test/c.ts', 'readme.md']) write(path, path);
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  if (!files.includes(path)) files.push(path);
}

const check: FileCheck = {
  name: 'lint',
  covers: (path) => path.endsWith('.ts'),
  settings: ['settings.json'],
  dependsOnOthers: (path) => path.startsWith('src/'),
  isOther: (path) => path.startsWith('src/'),
  run: (paths) => {
    runs.push(paths);
    return good;
  },
};
/** What the tool is given. */
function checked(): readonly string[] | undefined {
  runs.length = 0;
  expect(checkFiles(check, { root, cache, files })).toBe(good);
  return runs[0];
}

it('checks all files once, and what changed again', () => {
  expect(checked()).toEqual(['src/a.ts', 'src/b.ts', 'test/c.ts']);
  expect(checked()).toBeUndefined();
  write('test/c.ts', 'changed');
  expect(checked()).toEqual(['test/c.ts']);
  write('test/d.ts', 'new');
  expect(checked()).toEqual(['test/d.ts']);
  expect(runs).toHaveLength(1);
});

it('checks what depends on a changed file, too', () => {
  checked();
  write('src/a.ts', 'changed');
  expect(checked()).toEqual(['src/a.ts', 'src/b.ts']);
});

it('checks everything again with other settings', () => {
  checked();
  write('settings.json', 'changed');
  expect(checked()).toEqual(['src/a.ts', 'src/b.ts', 'test/c.ts']);
});

it('takes a file for another one when it has another name', () => {
  write('test/first.ts', 'same');
  checked();
  write('test/second.ts', 'same');
  expect(checked()).toEqual(['test/second.ts']);
});

it('keeps nothing of a check that failed', () => {
  checked();
  write('test/c.ts', 'bad');
  good = false;
  expect(checked()).toEqual(['test/c.ts']);
  expect(checked()).toEqual(['test/c.ts']);
  good = true;
  expect(checked()).toEqual(['test/c.ts']);
});

it('checks everything where what was kept is damaged, or nobody knows the files', () => {
  checked();
  for (const text of ['{"', 'null', '[1]']) {
    writeFileSync(join(cache, 'lint.json'), text);
    expect(checked()).toHaveLength(3);
  }
  expect(readdirSync(cache)).toEqual(['lint.json']);
  runs = [];
  checkFiles(check, { root, cache, files: undefined });
  expect(runs).toEqual([undefined]);
});
