import { describe, expect, it } from 'vitest';
import { decodeName } from './byte-string.ts';
import { blocksOf, concatBytes, paxRecords, resum, tarOf } from './testing/tar-archive.ts';
import { TarReader, readTar } from './tar-reader.ts';
import type { TarEntry } from './tar-reader.ts';

interface Read extends TarEntry {
  text: string;
}

function read(bytes: Uint8Array, step = bytes.length || 1): Read[] {
  const entries: Read[] = [];
  const reader = new TarReader({
    entry: (entry) => void entries.push({ ...entry, text: '' }),
    content(piece) {
      const last = entries.at(-1);
      if (last) last.text += new TextDecoder().decode(piece);
    },
  });
  for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
  reader.end();
  return entries;
}

const one = (bytes: Uint8Array): Read => {
  const [entry] = read(bytes);
  if (entry === undefined) throw new Error('the archive has no entry');
  return entry;
};

describe('TarReader', () => {
  it('reads every kind of entry, however the bytes are cut', () => {
    const archive = tarOf(
      { path: 'etc/', type: '5', mode: 0o755, mtimeS: 1_700_000_000 },
      { path: 'etc/passwd', content: 'root:x:0:0\n', uid: 3, gid: 4, mode: 0o4755 },
      { path: 'etc/link', type: '2', linkPath: 'passwd' },
      { path: 'etc/hard', type: '1', linkPath: 'etc/passwd' },
      { path: 'dev/null', type: '3', device: [1, 3] },
      { path: 'dev/sda', type: '4', device: [8, 0] },
      { path: 'run/pipe', type: '6' },
    );
    const whole = read(archive);
    expect(whole.map(({ type, path, linkPath }) => [type, path, linkPath])).toEqual([
      ['directory', 'etc/', ''],
      ['file', 'etc/passwd', ''],
      ['symlink', 'etc/link', 'passwd'],
      ['hardlink', 'etc/hard', 'etc/passwd'],
      ['char', 'dev/null', ''],
      ['block', 'dev/sda', ''],
      ['fifo', 'run/pipe', ''],
    ]);
    expect(whole[0]).toMatchObject({ mode: 0o755, mtimeS: 1_700_000_000, mtimeNs: 0 });
    expect(whole[1]).toMatchObject({ text: 'root:x:0:0\n', size: 11, uid: 3, gid: 4, mode: 0o4755 });
    expect(whole[4]).toMatchObject({ devMajor: 1, devMinor: 3 });
    for (const step of [1, 7, 511, 513]) expect(read(archive, step)).toEqual(whole);
  });

  it('takes PAX records over the header', () => {
    const path = `deep/${'ü'.repeat(120)}`;
    const entry = one(
      tarOf({
        path: 'short',
        content: 'abc',
        pax: {
          path,
          mtime: '1700000000.123456789',
          uid: '70000',
          'SCHILY.xattr.user.a': new Uint8Array([0, 1, 0x3d, 10]),
        },
      }),
    );
    expect(decodeName(entry.path)).toBe(path);
    expect(entry).toMatchObject({ mtimeS: 1_700_000_000, mtimeNs: 123_456_789, uid: 70_000, text: 'abc' });
    expect(entry.xattrs).toEqual(new Map([['user.a', new Uint8Array([0, 1, 0x3d, 10])]]));
  });

  it('counts nanoseconds forward from times before 1970', () => {
    const entry = one(tarOf({ path: 'old', pax: { mtime: '-1.25' } }));
    expect(entry).toMatchObject({ mtimeS: -2, mtimeNs: 750_000_000 });
  });

  it('reads the size of a file above 8 GiB from PAX and from base-256', () => {
    const pax = blocksOf({ path: 'big', pax: { size: '9000000000' } });
    const binary = blocksOf({
      path: 'big',
      damage(block) {
        block.fill(0, 124, 136);
        block.set([0x80], 124);
        new DataView(block.buffer).setBigUint64(128, 9_000_000_000n);
        resum(block);
      },
    });
    for (const archive of [pax, binary]) {
      const sizes: number[] = [];
      new TarReader({ entry: ({ size }) => void sizes.push(size), content: () => undefined }).push(
        concatBytes(archive),
      );
      expect(sizes).toEqual([9_000_000_000]);
    }
  });

  it('reads GNU long names and links', () => {
    const path = `a/${'n'.repeat(200)}`;
    const linkPath = 'l'.repeat(300);
    const [entry] = read(
      tarOf(
        { path: '././@LongLink', type: 'L', content: `${path}\0` },
        { path: '././@LongLink', type: 'K', content: `${linkPath}\0` },
        { path: path.slice(0, 99), type: '2', linkPath },
      ),
    );
    expect(entry).toMatchObject({ type: 'symlink', path, linkPath });
  });

  it('joins the ustar prefix', () => {
    const path = `${'p'.repeat(90)}/${'q'.repeat(60)}`;
    expect(one(tarOf({ path })).path).toBe(path);
  });

  it('skips global headers and takes an archive without its end blocks', () => {
    const archive = concatBytes([
      ...blocksOf({ path: 'g', type: 'g', content: paxRecords({ path: 'nowhere' }) }),
      ...blocksOf({ path: 'real', content: 'x' }),
    ]);
    expect(one(archive)).toMatchObject({ path: 'real', text: 'x' });
  });

  it('ignores what follows the end', () => {
    const archive = concatBytes([tarOf({ path: 'a' }), new Uint8Array(700).fill(0x41)]);
    expect(read(archive)).toHaveLength(1);
  });

  it('reads a stream', async () => {
    const names: string[] = [];
    async function* source(): AsyncGenerator<Uint8Array> {
      yield tarOf({ path: 'a' }, { path: 'b' });
    }
    await readTar(source(), { entry: ({ path }) => void names.push(path), content: () => undefined });
    expect(names).toEqual(['a', 'b']);
  });
});

describe('TarReader refuses', () => {
  const refused: Record<string, [archive: Uint8Array, reason: RegExp]> = {
    'a flipped bit in a header': [tarOf({ path: 'a', damage: (block) => (block[3] = 1) }), /checksum/],
    'letters in a number': [
      tarOf({
        path: 'a',
        damage(block) {
          block.set([0x7a], 125);
          resum(block);
        },
      }),
      /size .* is not octal/,
    ],
    'a negative size': [
      tarOf({
        path: 'a',
        damage(block) {
          block.fill(0xff, 124, 136);
          resum(block);
        },
      }),
      /has size -1/,
    ],
    'a number beyond 2^53': [
      tarOf({
        path: 'a',
        damage(block) {
          block.fill(0x7f, 124, 136);
          block.set([0xbf], 124);
          resum(block);
        },
      }),
      /out of range/,
    ],
    'an end inside a header': [tarOf({ path: 'a' }).subarray(0, 300), /ends after 300 bytes of a header/],
    'an end inside content': [tarOf({ path: 'a', content: 'abcdef' }).subarray(0, 514), /ends 4 bytes before/],
    'an end after an extended header': [
      concatBytes(blocksOf({ path: 'x', pax: { path: 'y' } })).subarray(0, 1024),
      /between/,
    ],
    'GNU sparse files': [tarOf({ path: 'a', type: 'S' }), /sparse/],
    'PAX sparse files': [tarOf({ path: 'a', pax: { 'GNU.sparse.major': '1' } }), /sparse/],
    'unknown types': [tarOf({ path: 'a', type: 'Z' }), /unknown type "Z"/],
    'a PAX record longer than its header': [
      tarOf({ path: 'x', type: 'x', content: '99 path=a\n' }, { path: 'a' }),
      /length "99"/,
    ],
    'a PAX record without a length': [tarOf({ path: 'x', type: 'x', content: 'path=a\n' }, { path: 'a' }), /length/],
    'a PAX time that is none': [tarOf({ path: 'a', pax: { mtime: 'noon' } }), /mtime="noon"/],
    'a zero byte in a name': [tarOf({ path: 'a', pax: { path: 'a\0b' } }), /zero byte/],
    'an extended header of 2 MiB': [
      tarOf({ path: 'x', type: 'x', content: new Uint8Array(2 << 20) }),
      /extended header of 2097152/,
    ],
    'an entry after an end block': [concatBytes([new Uint8Array(512), ...blocksOf({ path: 'a' })]), /end-of-archive/],
    'a uid beyond 32 bits': [tarOf({ path: 'a', pax: { uid: '4294967296' } }), /uid 4294967296/],
  };
  for (const [what, [archive, reason]] of Object.entries(refused)) {
    it(what, () => {
      expect(() => read(archive)).toThrow(
        expect.objectContaining({ code: 'data-loss', message: expect.stringMatching(reason) }),
      );
    });
  }
});
