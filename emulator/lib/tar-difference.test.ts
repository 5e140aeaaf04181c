import { expect, test } from 'vitest';
import { tarArchive } from './tar.ts';
import type { TarEntry } from './tar.ts';
import { tarDifference } from './tar-difference.ts';

const file = (path: string, content: string): TarEntry => ({
  path,
  type: 'file',
  mode: 0o644,
  data: Buffer.from(content),
});
const directory = (path: string): TarEntry => ({ path, type: 'directory', mode: 0o755 });
const difference = (lower: TarEntry[], upper: TarEntry[]) =>
  tarDifference(tarArchive(lower, 0), tarArchive(upper, 0), 0);

test('what is new or other is in the layer, as it is in the upper archive', () => {
  const same = file('etc/same', 'same');
  const layer = difference(
    [directory('etc'), same, file('etc/passwd', 'root')],
    [directory('etc'), same, file('etc/passwd', 'root, redis'), file('usr/bin/redis', 'program')],
  );
  expect(layer).toEqual(tarArchive([file('etc/passwd', 'root, redis'), file('usr/bin/redis', 'program')], 0));
});

test('what is gone has a whiteout; of a directory, only itself', () => {
  const layer = difference(
    [directory('a'), file('a/b', ''), file('a/c', ''), directory('keep'), file('keep/x', '')],
    [directory('keep')],
  );
  expect(layer).toEqual(tarArchive([file('.wh.a', ''), file('keep/.wh.x', '')], 0));
});
