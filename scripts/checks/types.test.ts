import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withKeptBuild } from './types.ts';

let folder: string;
const inFolder = (...names: string[]) => join(folder, ...names);
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'drydock-types-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A compiler that writes what it is told. */
function build(clone: string, text: string, ok = true): boolean {
  return withKeptBuild(inFolder(clone, 'tsc'), inFolder('cache', 'types'), () => {
    mkdirSync(inFolder(clone, 'tsc', 'engine'), { recursive: true });
    writeFileSync(inFolder(clone, 'tsc', 'engine', 'state'), text);
    return ok;
  });
}

it('gives a new clone what the last good build left, older than anything of its own', () => {
  expect(build('first', 'one')).toBe(true);
  expect(build('first', 'two')).toBe(true);
  expect(build('second', 'bad', false)).toBe(false);
  const found = inFolder('third', 'tsc', 'engine', 'state');
  withKeptBuild(inFolder('third', 'tsc'), inFolder('cache', 'types'), () => {
    expect(readFileSync(found, 'utf8')).toBe('two');
    expect(statSync(found).mtimeMs).toBe(0);
    return true;
  });
  expect(readdirSync(inFolder('cache'))).toEqual(['types']);
});

it('leaves a build of the clone’s own as it is', () => {
  build('first', 'one');
  build('second', 'mine');
  build('first', 'newer');
  withKeptBuild(inFolder('second', 'tsc'), inFolder('cache', 'types'), () => {
    expect(readFileSync(inFolder('second', 'tsc', 'engine', 'state'), 'utf8')).toBe('mine');
    return true;
  });
});
