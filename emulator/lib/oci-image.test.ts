import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sha256 } from './cache-key.ts';
import { buildImage, catalog, registryFiles } from './oci-image.ts';

const source = {
  layers: [{ tar: Buffer.from('a layer'), createdBy: 'COPY hello / # drydock' }],
  createdSeconds: 1_700_000_000,
  config: { Cmd: ['/hello'], Env: ['PATH=/bin'] },
};
const parse = (bytes: Uint8Array | undefined) => JSON.parse(Buffer.from(bytes ?? []).toString());

test('index, manifest, config and layer name each other by digest', () => {
  const image = buildImage(source);
  const files = registryFiles([{ repository: 'library/hello', tags: ['latest', '1.0'], image }]);
  const index = parse(files.get('library/hello/manifests/latest'));
  expect(index.manifests[0].platform).toEqual({ architecture: '386', os: 'linux' });
  const manifest = parse(files.get(`library/hello/manifests/${index.manifests[0].digest}`));
  const layer = files.get(`library/hello/blobs/${manifest.layers[0].digest}`) ?? new Uint8Array();
  expect(`sha256:${sha256(layer)}`).toBe(manifest.layers[0].digest);
  const config = parse(files.get(`library/hello/blobs/${manifest.config.digest}`));
  expect(config.rootfs.diff_ids).toEqual([`sha256:${sha256(gunzipSync(layer))}`]);
  expect(config.created).toBe('2023-11-14T22:13:20Z');
  expect(config.history).toHaveLength(2);
});

test('both tags, the digest and the tag list are there', () => {
  const image = buildImage(source);
  const files = registryFiles([{ repository: 'library/hello', tags: ['latest', '1.0'], image }]);
  expect(files.get('library/hello/manifests/1.0')).toBe(files.get('library/hello/manifests/latest'));
  expect(files.has(`library/hello/manifests/${image.index.descriptor.digest}`)).toBe(true);
  expect(parse(files.get('library/hello/tags/list'))).toEqual({ name: 'library/hello', tags: ['latest', '1.0'] });
});

test('the catalog is sorted', () => {
  expect(parse(catalog(['library/hello', 'library/busybox']))).toEqual({
    repositories: ['library/busybox', 'library/hello'],
  });
});

test('the same source gives the same digests', () => {
  expect(buildImage(source).index.descriptor).toEqual(buildImage(source).index.descriptor);
});
