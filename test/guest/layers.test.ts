// The guest's kernel on layers that we wrote: what a tar says must be what a container sees, whiteouts and all.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDrydock } from '../../src/compose/create-drydock.ts';
import type { Drydock } from '../../src/compose/create-drydock.ts';
import { MemoryBlobStore } from '../../src/engine/blob/memory-blob-store.ts';
import { ImageDisk } from '../../src/engine/image/disk/image-disk.ts';
import { ImageStore } from '../../src/engine/image/image-store.ts';
import { FakeFiles } from '../../src/machine/fake/fake-files.ts';
import { ImagePuller } from '../../src/engine/image/pull.ts';
import { LayerPool } from '../../src/engine/layer/layer-pool.ts';
import { readErofs } from '../../src/engine/layer/testing/erofs-reader.ts';
import type { TarItem } from '../../src/engine/layer/testing/tar-archive.ts';
import { parseReference } from '../../src/engine/registry/reference.ts';
import { FakeRegistry } from '../../src/engine/registry/testing/fake-registry.ts';
import { diskRegistry } from '../../src/node/disk-registry.ts';
import { compileEmulator } from '../../src/node/emulator-module.ts';
import { DiskGuestFiles } from '../../src/node/guest-files.ts';
import { PUBLIC_DIRECTORY } from '../../src/node/paths.ts';
import { runScript } from '../support/guest.ts';

const disk = diskRegistry(PUBLIC_DIRECTORY, fetch);
const big = Uint8Array.from({ length: 1_500_001 }, (_, i) => (i * 31 + (i >> 12)) & 0xff);
const many = Array.from({ length: 3000 }, (_, i) => `many/${'x'.repeat(i % 70)}${i}`);
let drydock: Drydock | undefined;

beforeAll(async () => {
  const registry = new FakeRegistry();
  await registry.push({ name: 'library/layers', layers: [await bottom(), top], config: { Cmd: ['/bin/sh'] } });
  const wasm = await readFile(createRequire(import.meta.url).resolve('v86/build/v86.wasm'));
  drydock = await createDrydock({
    guest: new DiskGuestFiles(join(PUBLIC_DIRECTORY, 'guest')),
    blobs: new MemoryBlobStore(),
    fetch: registry.fetch,
    defaultRegistry: registry.base,
    wasm: compileEmulator(new Uint8Array(wasm)),
  });
});
afterAll(async () => drydock?.close());

/** The shell comes from the image that is served to learners. */
async function bottom(): Promise<TarItem[]> {
  const blobs = new MemoryBlobStore();
  const store = new ImageStore({
    layers: new LayerPool(blobs),
    disk: new ImageDisk(new FakeFiles(), '/var/lib/docker'),
    usedBy: () => [],
    releaseLayer: () => Promise.resolve(),
  });
  const puller = new ImagePuller({ store, blobs, ...disk });
  const { signal } = new AbortController();
  await puller.pull({ reference: parseReference('busybox:latest'), signal, report: () => undefined });
  const [layer] = store.get('busybox').layers;
  const files = readErofs(blobs.read(layer?.erofs ?? store.get('busybox').id, 0, 1 << 26));
  const applets = ['sh', 'ls', 'cat', 'stat', 'wc', 'md5sum', 'readlink', 'find'];
  return [
    { path: 'bin/busybox', mode: 0o755, content: files.get('/bin/busybox')?.content ?? '' },
    ...applets.map((name) => ({ path: `bin/${name}`, type: '2', linkPath: 'busybox' })),
    { path: 'etc/kept', content: 'kept' },
    { path: 'etc/gone', content: 'gone' },
    { path: 'old/below', content: 'hidden' },
    { path: 'dev', type: '5' },
    { path: 'proc', type: '5' },
    { path: 'sys', type: '5' },
    { path: 'big', content: big, uid: 7, gid: 8, mode: 0o640, mtimeS: 1_234_567_890 },
    { path: 'also-big', type: '1', linkPath: 'big' },
    { path: 'pipe', type: '6' },
    { path: 'link', type: '2', pax: { linkpath: `/${'t'.repeat(3000)}` } },
    ...many.map((path) => ({ path })),
  ];
}

const top: TarItem[] = [
  { path: 'etc/.wh.gone' },
  { path: 'old/.wh..wh..opq' },
  { path: 'old/new', content: 'new' },
  { path: 'etc/added', content: 'added' },
];

async function inContainer(script: string): Promise<string> {
  if (drydock === undefined) throw new Error('The guest did not start');
  const { stdout, stderr, exitCode } = await runScript(drydock, `docker run --rm layers sh -c '${script}'`);
  if (exitCode !== 0) throw new Error(`Exit code ${exitCode} of: ${script}\n${stdout}${stderr}`);
  return stdout.trim();
}

describe('layers in the guest', () => {
  it('hide what later layers delete, and add what they bring', async () => {
    expect((await inContainer('cd /etc; ls kept gone added 2>&1; ls /old; cat /old/*')).split('\n')).toEqual([
      'ls: gone: No such file or directory',
      'added',
      'kept',
      'new',
      'new',
    ]);
  });

  it('keep content, owner, mode, time and links', async () => {
    const md5 = createHash('md5').update(big).digest('hex');
    expect(
      (await inContainer('md5sum /big /also-big; stat -c "%u %g %a %Y %h %s" /big; stat -c %F /pipe')).split('\n'),
    ).toEqual([`${md5}  /big`, `${md5}  /also-big`, `7 8 640 1234567890 2 ${big.length}`, 'fifo']);
    expect((await inContainer('readlink /link')).length).toBe(3001);
  });

  it('find every name of a directory of many blocks', async () => {
    const [listed, found] = (
      await inContainer('cd /many; ls | wc -l; n=0; for f in *; do [ -f "$f" ] && n=$((n+1)); done; echo $n')
    ).split('\n');
    expect([listed?.trim(), found]).toEqual(['3000', '3000']);
  });
});
