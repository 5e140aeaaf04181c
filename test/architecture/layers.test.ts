// The rule of who may import whom, checked on the source itself: the compiler sees types, this sees every import.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../../src');

const mayImport: Record<string, readonly string[]> = {
  shared: [],
  contracts: ['shared'],
  engine: ['contracts', 'shared'],
  cli: ['contracts', 'shared'],
  machine: ['contracts', 'shared'],
  lessons: ['contracts', 'shared'],
  app: ['contracts', 'shared', 'lessons'],
  compose: ['contracts', 'shared', 'engine', 'cli', 'machine'],
  worker: ['contracts', 'shared', 'engine', 'cli', 'machine', 'lessons', 'compose'],
  node: ['contracts', 'shared', 'engine', 'cli', 'machine', 'lessons', 'compose'],
};
/** Packages that only one room may know. */
const ownedPackages: Record<string, readonly string[]> = {
  v86: ['machine'],
  comlink: ['worker', 'app', 'contracts'],
  hono: ['engine'],
  svelte: ['app'],
  '@xterm/xterm': ['app'],
};
const roomsWithNode = ['node'];

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return /\.(ts|svelte)$/.test(entry.name) ? [path] : [];
  });
}

function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

const sources = filesBelow(src).map((path) => ({ path, room: relative(src, path).split('/')[0] ?? '' }));
const production = sources.filter(({ path }) => !/\.test\.ts$|\/testing\//.test(path));

describe('rooms', () => {
  it('are all known', () => {
    expect([...new Set(sources.map(({ room }) => room))].filter((room) => !(room in mayImport))).toEqual([]);
  });

  it('import only the rooms below them', () => {
    const broken = production.flatMap(({ path, room }) =>
      importsOf(path)
        .filter((name) => name.startsWith('.'))
        .map((name) => relative(src, resolve(dirname(path), name)).split('/')[0] ?? '')
        .filter((target) => target !== room && target in mayImport && !mayImport[room]?.includes(target))
        .map((target) => `${relative(src, path)} imports ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('keep their packages to themselves', () => {
    const broken = production.flatMap(({ path, room }) =>
      importsOf(path)
        .map((name) => (name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? '')))
        .filter((name) => name in ownedPackages && !ownedPackages[name]?.includes(room))
        .map((name) => `${relative(src, path)} imports ${name}`),
    );
    expect(broken).toEqual([]);
  });

  it('leave Node to the room that is about Node', () => {
    const broken = production
      .filter(({ room }) => !roomsWithNode.includes(room))
      .filter(({ path }) => importsOf(path).some((name) => name.startsWith('node:')))
      .map(({ path }) => relative(src, path));
    expect(broken).toEqual([]);
  });
});

describe('modules', () => {
  it('say first why they exist', () => {
    const silent = production
      .filter(({ path }) => path.endsWith('.ts'))
      .filter(({ path }) => !/^(\/\/|\/\*)/.test(readFileSync(path, 'utf8')))
      .map(({ path }) => relative(src, path));
    expect(silent).toEqual([]);
  });
});
