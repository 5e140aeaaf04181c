// The table of `docker cp`'s documentation: what is there decides what comes out.
import { describe, expect, it } from 'vitest';
import { planCopy } from './copy-plan.ts';
import { base, clean, dir, preserveTrailing, rebaseName, splitEntry } from './go-path.ts';

const file = { path: '/src/f', isDirectory: false, rebase: '' };
const folder = { path: '/src/d', isDirectory: true, rebase: '' };
const missing = (path: string) => ({ path, exists: false, isDirectory: false });
const existingFile = { path: '/x/old', exists: true, isDirectory: false };
const existingFolder = { path: '/x/dir', exists: true, isDirectory: true };

describe('planCopy', () => {
  it.each([
    ['a file to a new name', file, missing('/x/new'), { directory: '/x', from: 'f', to: 'new' }],
    ['a file over a file', file, existingFile, { directory: '/x', from: 'f', to: 'old' }],
    ['a file into a directory', file, existingFolder, { directory: '/x/dir', from: 'f', to: 'f' }],
    ['a directory to a new name', folder, missing('/x/new'), { directory: '/x', from: 'd', to: 'new' }],
    ['a directory to a new name with a slash', folder, missing('/x/new/'), { directory: '/x', from: 'd', to: 'new' }],
    ['a directory into a directory', folder, existingFolder, { directory: '/x/dir', from: 'd', to: 'd' }],
    [
      "a directory's content into a directory",
      { ...folder, path: '/src/d/.' },
      existingFolder,
      { directory: '/x/dir', from: '.', to: '.' },
    ],
    [
      "a directory's content to a new name",
      { ...folder, path: '/src/d/.' },
      missing('/x/new'),
      { directory: '/x', from: '.', to: 'new' },
    ],
    ['the root', { ...folder, path: '/' }, missing('/x/new'), { directory: '/x', from: '', to: 'new' }],
    ['a link by its own name', { ...file, rebase: 'link' }, existingFile, { directory: '/x', from: 'link', to: 'old' }],
  ])('%s', (_, source, target, plan) => expect(planCopy(source, target)).toEqual(plan));

  it('refuses what makes no sense', () => {
    expect(() => planCopy(folder, existingFile)).toThrow('cannot copy directory');
    expect(() => planCopy(file, missing('/x/new/'))).toThrow('no such directory');
    expect(() => planCopy(file, missing('/x/new/.'))).toThrow('no such directory');
  });
});

describe('paths as Go has them', () => {
  it.each([
    ['/a/../b/./c/', '/b/c'],
    ['../a/..', '..'],
    ['', '.'],
    ['/..', '/'],
  ])('clean %j', (path, cleaned) => expect(clean(path)).toBe(cleaned));

  it.each([
    ['/a/b', ['/a', 'b']],
    ['/a/b/', ['/a', 'b']],
    ['/a/b/.', ['/a/b', '.']],
    ['/', ['/', '/']],
    ['a', ['.', 'a']],
  ])('splitEntry %j', (path, parts) => expect(splitEntry(path)).toEqual(parts));

  it('keeps what asserts a directory', () => {
    expect(preserveTrailing('/a', 'a/')).toBe('/a/');
    expect(preserveTrailing('/a', 'a/.')).toBe('/a/.');
    expect(preserveTrailing('/', '/.')).toBe('/.');
    expect(rebaseName('/link/', '/real')).toEqual({ path: '/real/', rebase: 'link' });
    expect(rebaseName('/x/same', '/y/same')).toEqual({ path: '/y/same', rebase: '' });
    expect([base('/a/b//'), base('/'), dir('/a/b/')]).toEqual(['b', '/', '/a/b']);
  });
});
