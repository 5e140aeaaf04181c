// Images outlive the engine: a second engine over the same machine finds what the first one pulled.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/create-engine.ts';
import { MemoryBlobStore } from '../../src/engine/blob/memory-blob-store.ts';
import type { DrydockMachine } from '../../src/machine/create-machine.ts';
import { diskRegistry } from '../../src/node/disk-registry.ts';
import { PUBLIC_DIRECTORY } from '../../src/node/paths.ts';
import { sh, startMachine } from '../support/machine.ts';
import type { AnyJson } from '../support/test-engine.ts';

const blobs = new MemoryBlobStore();
const log: string[] = [];
let machine: DrydockMachine;
let engine: Engine;

const start = () =>
  createEngine({
    runtime: machine.runtime,
    blobs,
    ...diskRegistry(PUBLIC_DIRECTORY, fetch),
    log: (line) => log.push(line),
  });

async function call(method: string, path: string, body?: unknown): Promise<AnyJson> {
  const init =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await engine.fetch(new Request(`http://docker${path}`, { method, ...init }));
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
  return /^[[{]/.test(text) && !path.startsWith('/images/create') ? JSON.parse(text) : text;
}

const images = async (): Promise<AnyJson> => call('GET', '/images/json');

async function run(...command: string[]): Promise<number> {
  const { Id } = await call('POST', '/containers/create', { Image: 'busybox', Cmd: command });
  const wait = call('POST', `/containers/${Id}/wait?condition=next-exit`);
  await call('POST', `/containers/${Id}/start`);
  const { StatusCode } = await wait;
  await call('DELETE', `/containers/${Id}`);
  return StatusCode;
}

beforeAll(async () => {
  machine = await startMachine({ blobs });
  engine = await start();
  await call('POST', '/images/create?fromImage=busybox&tag=latest');
  await call('POST', '/images/busybox/tag?repo=mine&tag=v1');
});
afterAll(async () => {
  await engine.close();
  await machine.destroy();
});

describe('an engine that starts again over the same machine', () => {
  test('has the images, under all their names, and runs them', async () => {
    const before = await images();
    expect(await run('true')).toBe(0);
    await engine.close();
    engine = await start();
    expect(log).toEqual([]);
    expect(await images()).toEqual(before);
    expect(before[0].RepoTags).toEqual(['busybox:latest', 'mine:v1']);
    expect(await run('sh', '-c', 'exit 7')).toBe(7);
  });

  test('finds the layout of dockerd', async () => {
    const root = '/var/lib/docker/image/overlay2';
    const { Id } = await call('GET', '/images/busybox/json');
    const hex = Id.replace('sha256:', '');
    expect(await sh(machine, `sha256sum < ${root}/imagedb/content/sha256/${hex}`)).toBe(`${hex}  -`);
    expect(JSON.parse(await sh(machine, `cat ${root}/repositories.json`)).Repositories.mine).toEqual({ 'mine:v1': Id });
    const lines = await sh(
      machine,
      `cd ${root}/layerdb/sha256/*; cache=$(cat cache-id); ls; cd /var/lib/docker/overlay2; ls $cache; ls l/$(cat $cache/link)/bin/busybox`,
    );
    expect(lines.split('\n')).toEqual([
      ...['cache-id', 'diff', 'erofs', 'size', 'tar-recipe'],
      ...['committed', 'diff', 'link'],
      expect.stringMatching(/^l\/[A-Z2-7]{26}\/bin\/busybox$/) as string,
    ]);
    const names = (await sh(machine, 'ls /var/lib/docker')).split('\n');
    for (const name of 'buildkit containers image network overlay2 plugins runtimes swarm tmp volumes'.split(' ')) {
      expect(names).toContain(name);
    }
  });

  test('starts in a few round trips to the guest', async () => {
    const { files } = machine.runtime;
    let turns = 0;
    let waiting = 0;
    const counted = new Proxy(files, {
      get:
        (target, name: keyof typeof files) =>
        async (...args: never[]) => {
          if (waiting === 0) turns += 1;
          waiting += 1;
          try {
            return await (target[name] as (...all: never[]) => unknown).apply(target, args);
          } finally {
            waiting -= 1;
          }
        },
    });
    const runtime = new Proxy(machine.runtime, {
      get: (target, name: keyof typeof machine.runtime) => {
        const value = name === 'files' ? counted : target[name];
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const other = await createEngine({ runtime, blobs, ...diskRegistry(PUBLIC_DIRECTORY, fetch) });
    expect(turns).toBeLessThanOrEqual(5);
    await other.close();
  });

  test('leaves out a damaged image, and says so', async () => {
    const config = '/var/lib/docker/image/overlay2/imagedb/content/sha256';
    await sh(machine, `cd ${config}; for f in *; do cp $f /tmp/$f; echo damaged > $f; done`);
    engine = await start();
    expect(await images()).toEqual([]);
    expect(log.join('\n')).toContain('Cannot load image');
    await sh(machine, `cd ${config}; for f in *; do cp /tmp/$f $f; done`);
    engine = await start();
    expect(await images()).toHaveLength(1);
  });

  test('gives the bytes back when the image is removed', async () => {
    expect(await blobs.list()).not.toEqual([]);
    await call('DELETE', '/images/mine:v1');
    await call('DELETE', '/images/busybox');
    expect(await blobs.list()).toEqual([]);
    expect(
      await sh(machine, 'ls /var/lib/docker/overlay2 /var/lib/docker/overlay2/l; mount | grep -c blobs || true'),
    ).toBe('/var/lib/docker/overlay2:\nl\n\n/var/lib/docker/overlay2/l:\n0');
    engine = await start();
    expect(await images()).toEqual([]);
  });
});
