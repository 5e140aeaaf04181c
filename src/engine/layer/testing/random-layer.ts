// Random layers for property tests, the same for the same seed.
import type { TarItem } from './tar-archive.ts';

/** Numbers below a bound. */
export type Random = (bound: number) => number;

/** Mulberry32: small, and good enough to shuffle files. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % bound;
  };
}

/**
 * Files, directories, links and pipes, parents first, no name twice. Without setuid and setgid: the reference tool's extraction
 * loses them to its chown.
 */
export function randomLayer(random: Random, count: number): TarItem[] {
  const directories = [''];
  const files: string[] = [];
  const taken = new Set<string>();
  const items: TarItem[] = [];
  while (items.length < count) {
    const path = (directories[random(directories.length)] ?? '') + randomName(random);
    if (taken.has(path) || taken.has(`${path}/`)) continue;
    taken.add(path);
    const common = { path, pax: { path }, mode: random(0o2000) | 0o400, uid: random(70_000), gid: random(70_000) };
    const item = randomItem(random, { ...common, mtimeS: random(2 ** 31) }, files);
    if (item.type === '5') directories.push(`${path}/`);
    if (item.type === undefined) files.push(path);
    items.push(item);
  }
  return items;
}

function randomItem(random: Random, common: TarItem, files: readonly string[]): TarItem {
  switch (random(10)) {
    case 0:
    case 1:
      // The extracting user must be able to go on below it.
      return { ...common, type: '5', mode: (common.mode ?? 0) | 0o700 };
    case 2:
      return { ...common, type: '2', linkPath: randomName(random) };
    case 3:
      return { ...common, type: '6' };
    case 4: {
      const target = files[random(Math.max(1, files.length))];
      if (target !== undefined) return { ...common, type: '1', pax: { ...common.pax, linkpath: target } };
      return { ...common, content: '' };
    }
    default: {
      const size = random(4) === 0 ? random(50_000) : random(5000);
      const content = new Uint8Array(size);
      for (let i = 0; i < size; i++) content[i] = random(256);
      return { ...common, content };
    }
  }
}

function randomName(random: Random): string {
  const alphabet = 'abcXYZ019-_+~ !äß中.';
  const length = 1 + random(random(8) === 0 ? 80 : 12);
  let name = '';
  for (let i = 0; i < length; i++) name += [...alphabet][random([...alphabet].length)];
  return /^\.+$/.test(name) || name.startsWith('.wh.') ? `x${name}` : name;
}
