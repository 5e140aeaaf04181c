// Images out as archives and in again, without a guest: formats, names, and what is refused.
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryImageStore } from '../../../../test/support/memory-image-store.ts';
import type { Digest } from '../../../contracts/blob-store.ts';
import type { MemoryBlobStore } from '../../blob/memory-blob-store.ts';
import { digestOf } from '../../blob/sha256.ts';
import type { EngineEvent } from '../../event/event-log.ts';
import { concatBytes, tarOf } from '../../layer/testing/tar-archive.ts';
import type { TarItem } from '../../layer/testing/tar-archive.ts';
import { parseReference } from '../../registry/reference.ts';
import { gzip } from '../../registry/testing/fake-registry.ts';
import { ImageMaker } from '../image-maker.ts';
import type { ImageStore } from '../image-store.ts';
import { importImage } from '../import-image.ts';
import { loadImages } from './load-images.ts';
import { saveImages } from './save-images.ts';

const signal = new AbortController().signal;
const NOW_MS = Date.parse('2026-02-03T04:05:06.789Z');
const rootTar = tarOf({ path: 'etc', type: '5', mtimeS: 5 }, { path: 'etc/name', content: 'x'.repeat(9000) });

interface Engine {
  readonly blobs: MemoryBlobStore;
  readonly store: ImageStore;
  readonly maker: ImageMaker;
  readonly events: EngineEvent[];
}

function engine(): Engine {
  const { blobs, store } = memoryImageStore();
  const events: EngineEvent[] = [];
  const emit = (event: EngineEvent) => void events.push(event);
  return { blobs, store, events, maker: new ImageMaker({ store, blobs, emit, nowMs: () => NOW_MS }) };
}

async function* inPieces(bytes: Uint8Array, pieceBytes = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.slice(at, at + pieceBytes);
}

let one: Engine;

beforeEach(() => {
  one = engine();
});

function imported({ maker }: Engine, name: string, tar: Uint8Array = rootTar) {
  const reference = name === '' ? undefined : parseReference(name);
  const changes = ['CMD ["sh"]'];
  return importImage(maker, { tar: inPieces(tar), message: 'm', changes, platform: undefined, reference, signal });
}

async function saved({ store, blobs, events }: Engine, ...names: string[]): Promise<Uint8Array<ArrayBuffer>> {
  const emit = (event: EngineEvent) => void events.push(event);
  const stream = await saveImages({ store, blobs, emit }, names);
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}

async function loaded({ store, blobs, events }: Engine, archive: Uint8Array, quiet = true): Promise<object[]> {
  const said: object[] = [];
  const emit = (event: EngineEvent) => void events.push(event);
  await loadImages(
    { store, blobs, emit, dataRoot: '/var/lib/docker' },
    { archive: inPieces(archive), platform: undefined, quiet, signal, report: (message) => void said.push(message) },
  );
  return said;
}

const utf8 = new TextEncoder();
const json = (value: unknown) => utf8.encode(JSON.stringify(value));
const hex = (digest: Digest) => digest.slice('sha256:'.length);

/** A config and a layer, as other tools would write them. */
async function parts(layer = rootTar) {
  const diffId = await digestOf(layer);
  const config = json({ os: 'linux', architecture: '386', config: {}, rootfs: { type: 'layers', diff_ids: [diffId] } });
  return { layer, diffId, config, id: await digestOf(config) };
}

async function ociLayout(layer: Uint8Array<ArrayBuffer>, blob: Uint8Array, refName: string): Promise<Uint8Array> {
  const { config, id } = await parts(layer);
  const described = async (mediaType: string, bytes: Uint8Array) => ({
    mediaType,
    digest: await digestOf(bytes),
    size: bytes.length,
  });
  const manifest = json({
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: id, size: config.length },
    layers: [await described('application/vnd.oci.image.layer.v1.tar+gzip', blob)],
  });
  const top = await described('application/vnd.oci.image.manifest.v1+json', manifest);
  const annotations = { 'org.opencontainers.image.ref.name': refName };
  const blobItem = async (content: Uint8Array): Promise<TarItem> => ({
    path: `./blobs/sha256/${hex(await digestOf(content))}`,
    content,
  });
  return tarOf(
    { path: './oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    { path: './index.json', content: json({ schemaVersion: 2, manifests: [{ ...top, annotations }] }) },
    await blobItem(manifest),
    await blobItem(config),
    await blobItem(blob),
  );
}

describe('save and load', () => {
  it('carries images with all their names to another engine', async () => {
    const image = await imported(one, 'team/app:v1');
    await one.store.tag(image.id, parseReference('team/app:v2'), NOW_MS);
    const archive = await saved(one, 'team/app');
    const two = engine();
    expect(await loaded(two, archive)).toEqual([
      { stream: 'Loaded image: team/app:v1\n' },
      { stream: 'Loaded image: team/app:v2\n' },
    ]);
    expect(two.store.get('team/app:v2')).toEqual(one.store.get('team/app:v2'));
    expect(await saved(two, 'team/app')).toEqual(archive);
    expect(two.events.map(({ action }) => action)).toEqual(['load', 'save']);
  });

  it('shares layers in the archive, and takes those that are here from here', async () => {
    await imported(one, 'a');
    await imported(one, 'b', rootTar);
    const archive = await saved(one, 'a', 'b');
    expect(new TextDecoder('latin1').decode(archive).split('x'.repeat(9000))).toHaveLength(2);
    const before = await one.blobs.list();
    await loaded(one, archive);
    expect(await one.blobs.list()).toEqual(before);
  });

  it('reads gzip, and tells the ID of an image without a name', async () => {
    const { id } = await imported(one, '');
    const two = engine();
    const archive = await gzip(await saved(one, id));
    expect(await loaded(two, archive)).toEqual([{ stream: `Loaded image ID: ${id}\n` }]);
  });

  it('tells the progress of layers, unless it shall be quiet', async () => {
    const { layers } = await imported(one, 'app');
    const said = await loaded(engine(), await saved(one, 'app'), false);
    const size = rootTar.length;
    const id = hex(layers[0]?.diffId ?? 'sha256:').slice(0, 12);
    expect(said.at(-2)).toMatchObject({ status: 'Loading layer', id, progressDetail: { current: size, total: size } });
  });

  it('remembers which image was made of which, when both are in it', async () => {
    const base = await imported(one, 'base');
    const history = base.config.history ?? [];
    const child = await one.maker.make({
      tar: inPieces(tarOf({ path: 'more' })),
      base,
      signal,
      describe: (diff_ids) => ({
        os: 'linux',
        architecture: '386',
        history: [...history, { created_by: 'more' }],
        rootfs: { type: 'layers', diff_ids },
      }),
    });
    await one.maker.tag(child, parseReference('child'));
    const [alone, both] = [engine(), engine()];
    await loaded(alone, await saved(one, 'child'));
    await loaded(both, await saved(one, 'child', 'base'));
    expect(alone.store.get('child').parent).toBeUndefined();
    expect(both.store.get('child').parent).toBe(base.id);
  });

  it('takes a name from the image that had it', async () => {
    const first = await imported(one, 'app');
    const archive = await saved(one, 'app');
    const two = engine();
    const other = await imported(two, 'app', tarOf({ path: 'other' }));
    expect(await loaded(two, archive)).toEqual([
      {
        stream: `The image app:latest already exists, renaming the old one with ID ${other.id} to empty string\n`,
      },
      { stream: 'Loaded image: app:latest\n' },
    ]);
    expect(two.store.get('app').id).toBe(first.id);
    expect(two.store.get(other.id).repoTags).toEqual([]);
  });

  it('says what is not there', async () => {
    await imported(one, 'app');
    const none = `sha256:${'0'.repeat(64)}`;
    for (const [name, message] of [
      ['nosuch', 'No such image: nosuch'],
      ['app:nosuch', 'reference does not exist'],
      [none, `No such image: ${none}`],
      ['App', 'invalid reference format: repository name (library/App) must be lowercase'],
    ] as const) {
      await expect(saved(one, name)).rejects.toThrow(message);
    }
  });

  it('keeps what is being saved', async () => {
    const image = await imported(one, 'app');
    const deps = { store: one.store, blobs: one.blobs, emit: () => undefined };
    const stream = await saveImages(deps, ['app']);
    await one.store.references.change((names) => names.delete(parseReference('app')));
    await one.store.delete(image.id);
    expect((await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).bytes()).length).toBeGreaterThan(
      rootTar.length,
    );
    expect(await one.blobs.list()).toEqual([]);
  });
});

describe('archives of other tools', () => {
  it('has layers under any path, linked to each other', async () => {
    const { layer, config, id } = await parts();
    const manifest = json([{ Config: `${hex(id)}.json`, RepoTags: ['tool:1'], Layers: ['b/layer.tar'] }]);
    const archive = tarOf(
      { path: 'a/layer.tar', content: layer },
      { path: 'b/layer.tar', type: '2', linkPath: '../a/layer.tar' },
      { path: `${hex(id)}.json`, content: config },
      { path: 'manifest.json', content: manifest },
    );
    expect(await loaded(one, archive)).toEqual([{ stream: 'Loaded image: tool:1\n' }]);
    expect(one.store.get('tool:1').id).toBe(id);
  });

  it('may be an OCI layout with compressed layers', async () => {
    const archive = await ociLayout(rootTar, await gzip(rootTar), 'registry.test/tool:oci');
    expect(await loaded(one, archive)).toEqual([{ stream: 'Loaded image: registry.test/tool:oci\n' }]);
    const { id } = await parts();
    expect(await loaded(engine(), await ociLayout(rootTar, await gzip(rootTar), 'latest'))).toEqual([
      { stream: `Loaded image ID: ${id}\n` },
    ]);
  });
});

describe('bad archives', () => {
  async function refused(archive: Uint8Array, message: string | RegExp): Promise<void> {
    await expect(loaded(one, archive)).rejects.toThrow(message);
    expect(await one.blobs.list()).toEqual([]);
    expect(one.store.list()).toEqual([]);
  }

  it('are refused in the words of Docker, and leave nothing', async () => {
    const { layer, config } = await parts();
    const archive = (manifest: object | null, ...items: TarItem[]) =>
      tarOf({ path: 'l', content: layer }, ...items, { path: 'manifest.json', content: json(manifest) });
    const item = { Config: 'c', RepoTags: ['x:1'], Layers: ['l'] };
    await refused(utf8.encode('not a tar\n'), 'unexpected EOF');
    await refused(new Uint8Array(5000).fill(65), 'archive/tar: invalid tar header');
    await refused(new Uint8Array(0), /open \/var\/lib\/docker\/tmp\/docker-import-\d+\/repositories: no such file/);
    await refused(archive(null), 'invalid manifest, manifest cannot be null (but can be [])');
    await refused(archive([item]), /docker-import-\d+\/c: no such file or directory/);
    const withConfig: TarItem = { path: 'c', content: config };
    await refused(archive([{ ...item, Layers: [] }], withConfig), 'layers length mismatch: expected 0, got 1');
    await refused(archive([{ ...item, Layers: ['../../x'] }], withConfig), /x: no such file or directory/);
    await refused(archive([item], { path: 'c', content: '{}' }), 'Cannot read image config');
    const other = tarOf({ path: 'other' });
    await refused(
      archive([item], withConfig, { path: 'l', content: other }),
      `invalid diffID for layer 0: expected "${await digestOf(layer)}", got "${await digestOf(other)}"`,
    );
    const whole = await saved(await withImage(), 'app');
    const inLayer = new TextDecoder('latin1').decode(whole).indexOf('x'.repeat(9000)) + 4000;
    await refused(whole.subarray(0, inLayer), 'unexpected EOF');
  });

  it('with a damaged layer are refused', async () => {
    const { layer, config } = await parts();
    const item = { Config: 'c', RepoTags: ['x:1'], Layers: ['l'] };
    const compressed = await gzip(layer);
    const damaged = compressed.with(compressed.length >> 1, (compressed[compressed.length >> 1] ?? 0) ^ 0xff);
    for (const content of [damaged, compressed.subarray(0, -10), layer.subarray(0, 700)]) {
      const archive = tarOf(
        { path: 'l', content },
        { path: 'c', content: config },
        { path: 'manifest.json', content: json([item]) },
      );
      await refused(archive, /Cannot (decompress|read|unpack)/);
    }
    const blob = await gzip(layer);
    const layout = concatBytes([await ociLayout(layer, blob, 'a:b')]);
    const at = layout.length - 1024 - 512 * Math.ceil(blob.length / 512) + 5;
    layout[at] = (layout[at] ?? 0) ^ 0x10;
    await refused(layout, /verification failed|Cannot/);
  });

  async function withImage(): Promise<Engine> {
    const other = engine();
    await imported(other, 'app');
    return other;
  }
});
