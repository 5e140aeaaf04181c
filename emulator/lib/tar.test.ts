import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { tarArchive } from './tar.ts';

const entries = [
  { path: 'bin', type: 'directory', mode: 0o755 },
  { path: 'bin/busybox', type: 'file', mode: 0o755, data: Buffer.from('program') },
  { path: 'bin/sh', type: 'hardlink', mode: 0o755, target: 'bin/busybox' },
  { path: 'tmp', type: 'directory', mode: 0o1777 },
  { path: 'link', type: 'symlink', mode: 0o777, target: 'bin/sh' },
] as const;

test('tar reads it, with modes, links and owners', () => {
  const listing = execFileSync('tar', ['-tvf', '-', '--utc'], { input: tarArchive(entries, 86_400) }).toString();
  const lines = listing
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));
  expect(lines).toEqual([
    'drwxr-xr-x root/root 0 1970-01-02 00:00 bin/',
    '-rwxr-xr-x root/root 7 1970-01-02 00:00 bin/busybox',
    'hrwxr-xr-x root/root 0 1970-01-02 00:00 bin/sh link to bin/busybox',
    'drwxrwxrwt root/root 0 1970-01-02 00:00 tmp/',
    'lrwxrwxrwx root/root 0 1970-01-02 00:00 link -> bin/sh',
  ]);
});

test('the same entries give the same bytes; a long path is refused', () => {
  expect(tarArchive(entries, 5).equals(tarArchive(entries, 5))).toBe(true);
  expect(() => tarArchive([{ path: 'x'.repeat(101), type: 'file', mode: 0o644 }], 0)).toThrow(RangeError);
});
