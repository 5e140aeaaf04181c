import { expect, test } from 'vitest';
import { cpioArchive } from './cpio.ts';

test('headers, names and data are padded to four bytes, and a trailer ends the archive', () => {
  const archive = cpioArchive([
    { path: 'dev', mode: 0o040755 },
    { path: 'dev/console', mode: 0o020600, device: { major: 5, minor: 1 } },
    { path: 'init', mode: 0o100755, data: Buffer.from('hello') },
  ]);
  expect(archive.length % 4).toBe(0);
  const text = archive.toString('latin1');
  expect(text.match(/070701/g)).toHaveLength(4);
  expect(text).toContain('TRAILER!!!');
  const init = text.indexOf('init\0');
  expect(text.slice(init - 110, init - 104)).toBe('070701');
  expect(text.slice(init - 110 + 6 + 8 * 6, init - 110 + 6 + 8 * 7)).toBe('00000005');
});
