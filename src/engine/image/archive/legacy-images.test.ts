// Archives as Docker 1.9 and before saved them: a folder for each layer, and the names.
import { describe, expect, it } from 'vitest';
import { memoryImageStore } from '../../../../test/support/memory-image-store.ts';
import { digestOf } from '../../blob/sha256.ts';
import { tarOf } from '../../layer/testing/tar-archive.ts';
import type { TarItem } from '../../layer/testing/tar-archive.ts';
import { legacyConfig, legacyHistory } from './legacy-config.ts';
import { loadImages } from './load-images.ts';

const signal = new AbortController().signal;
const [BASE, TOP] = ['b'.repeat(64), 'a'.repeat(64)] as const;
const rootTar = tarOf({ path: 'bin/sh', content: 'shell' });
const nothing = tarOf();

function folder(id: string, json: object, layer: Uint8Array<ArrayBuffer>): TarItem[] {
  return [
    { path: `${id}/`, type: '5' },
    { path: `${id}/VERSION`, content: '1.0' },
    { path: `${id}/json`, content: JSON.stringify({ id, ...json }) },
    { path: `${id}/layer.tar`, content: layer },
  ];
}

/** As docker 1.7 wrote them: the child stands first. */
const busybox = [
  ...folder(
    TOP,
    {
      parent: BASE,
      created: '2015-04-22T23:17:12.120000000Z',
      container_config: { Cmd: ['/bin/sh', '-c', '#(nop) CMD ["/bin/sh"]'], Memory: 0 },
      docker_version: '1.6.0',
      config: { Cmd: ['/bin/sh'], Env: null, Labels: { z: '<1>', a: '2' } },
      architecture: '386',
      os: 'linux',
      Size: 0,
    },
    nothing,
  ),
  ...folder(BASE, { created: '2014-10-01T20:46:08Z', comment: 'Imported from -', docker_version: '1.2.0' }, rootTar),
  { path: 'repositories', content: JSON.stringify({ busybox: { latest: TOP, base: BASE }, 'team/box': { v1: TOP } }) },
];

async function load(archive: Uint8Array) {
  const { blobs, store } = memoryImageStore();
  const said: object[] = [];
  const report = (message: object) => void said.push(message);
  const pieces = async function* () {
    yield archive;
  };
  await loadImages(
    { blobs, store, emit: () => undefined, dataRoot: '/var/lib/docker' },
    { archive: pieces(), platform: undefined, quiet: true, signal, report },
  );
  return { store, said };
}

describe('load of an archive without a manifest', () => {
  it('makes an image of each folder, one of the other, and says nothing', async () => {
    const { store, said } = await load(tarOf(...busybox));
    expect(said).toEqual([]);
    const [top, base] = [store.get('busybox'), store.get('busybox:base')];
    expect(top.repoTags).toEqual(['busybox:latest', 'team/box:v1']);
    expect(top.parent).toBe(base.id);
    expect(base.parent).toBeUndefined();
    const [rootDiffId, emptyDiffId] = [await digestOf(rootTar), await digestOf(nothing)];
    expect(top.config).toMatchObject({
      os: 'linux',
      architecture: '386',
      rootfs: { type: 'layers', diff_ids: [rootDiffId, emptyDiffId] },
      history: [
        { created: '2014-10-01T20:46:08Z', comment: 'Imported from -' },
        { created: '2015-04-22T23:17:12.12Z', created_by: '/bin/sh -c #(nop) CMD ["/bin/sh"]' },
      ],
    });
    // It did not say what it is for.
    expect(base.config).toMatchObject({ os: 'linux', architecture: '386', rootfs: { diff_ids: [rootDiffId] } });
  });

  it('reads layers that are links to others', async () => {
    const linked = busybox.map((item) =>
      item.path === `${TOP}/layer.tar`
        ? { path: item.path, type: '2' as const, linkPath: `../${BASE}/layer.tar` }
        : item,
    );
    const { store } = await load(tarOf(...linked));
    expect(store.get('busybox').config.rootfs.diff_ids).toEqual(Array(2).fill(await digestOf(rootTar)));
  });

  it('says when a name moves', async () => {
    const other = folder(BASE, { docker_version: '1.9.1', os: 'linux', architecture: '386' }, rootTar);
    const names = { path: 'repositories', content: JSON.stringify({ app: { v1: TOP, v2: TOP } }) };
    const { store, said } = await load(tarOf(...folder(TOP, { parent: BASE }, nothing), ...other, names));
    expect(said).toEqual([]);
    expect(store.get('app:v2').id).toBe(store.get('app:v1').id);
  });
});

describe('legacyConfig', () => {
  const text = (image: Record<string, unknown>): string =>
    new TextDecoder().decode(legacyConfig(image, [], [legacyHistory(image)]));

  it('keeps what newer versions wrote, sorted by name', () => {
    expect(
      text({ os: 'linux', id: 'x', docker_version: '1.8.3', config: { b: 1, a: '<&>' }, Size: 5, custom: [] }),
    ).toBe(
      String.raw`{"config":{"b":1,"a":"\u003c\u0026\u003e"},"custom":[],"docker_version":"1.8.3","history":[{}],` +
        '"os":"linux","rootfs":{"type":"layers","diff_ids":[]}}',
    );
  });

  it('writes what older versions wrote anew, with what Go has and they had not', () => {
    expect(JSON.parse(text({ docker_version: '1.8.2', config: { Cmd: 'sh', CpuShares: 5 }, throwaway: true }))).toEqual(
      {
        config: { ...emptyRunConfig, Cmd: ['sh'] },
        container_config: emptyRunConfig,
        created: null,
        docker_version: '1.8.2',
        history: [{}],
        rootfs: { type: 'layers', diff_ids: [] },
      },
    );
  });
});

const emptyRunConfig = {
  Hostname: '',
  Domainname: '',
  User: '',
  AttachStdin: false,
  AttachStdout: false,
  AttachStderr: false,
  Tty: false,
  OpenStdin: false,
  StdinOnce: false,
  Env: null,
  Cmd: null,
  Image: '',
  Volumes: null,
  WorkingDir: '',
  Entrypoint: null,
  OnBuild: null,
  Labels: null,
};
