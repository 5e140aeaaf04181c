import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Digest } from '../../contracts/blob-store.ts';
import { digestOf } from '../../engine/blob/sha256.ts';
import type { TarItem } from '../../engine/layer/testing/tar-archive.ts';
import { RegistryClient } from '../../engine/registry/client.ts';
import { MEDIA_TYPES } from '../../engine/registry/manifest.ts';
import { parseReference } from '../../engine/registry/reference.ts';
import { FakeRegistry } from '../../engine/registry/testing/fake-registry.ts';
import { transportTo } from '../../engine/registry/registry-reach.ts';
import { diskRegistry } from '../disk-registry.ts';
import { mirrorImage } from './mirror-image.ts';
import { mirrorTarget } from './mirror-target.ts';
import { RegistryTree } from './registry-tree.ts';

const NAME = 'registry.example/team/app:v1';
const LAYERS: TarItem[][] = [[{ path: 'bin/sh', content: 'shell' }], [{ path: 'etc/motd', content: 'welcome' }]];
const image = { name: 'team/app', tag: 'v1', layers: LAYERS };
const utf8 = new TextEncoder();

let folder: string;
let registry: FakeRegistry;
let lines: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-mirror-'));
  registry = new FakeRegistry();
  lines = [];
});
afterEach(() => rm(folder, { recursive: true }));

async function mirror(name = NAME, fetch = registry.fetch, signal = new AbortController().signal): Promise<void> {
  const tree = await RegistryTree.open(join(folder, 'v2'));
  const reference = parseReference(name);
  const report = (line: string): void => void lines.push(line);
  try {
    await mirrorImage({
      reference,
      target: mirrorTarget(reference),
      tree,
      fetch,
      signal,
      retryDelayMs: 1,
      report,
    });
  } finally {
    await tree.close();
  }
}

async function files(): Promise<string[]> {
  const entries = await readdir(join(folder, 'v2'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, 'v2/').length))
    .sort();
}

/** The tree, as the page's engine reads it. */
function page(): RegistryClient {
  const nowhere = (): Promise<Response> => Promise.reject(new Error('Nothing but the tree is to be asked'));
  return new RegistryClient(transportTo(diskRegistry(folder, nowhere), 'docker.io'));
}

async function blobOf(digest: Digest): Promise<Uint8Array> {
  return new Uint8Array(await (await page().blob('team/app', digest)).arrayBuffer());
}

it('copies an image of an index with the digests that it has there', async () => {
  const pushed = await registry.push({ ...image, index: true });
  await mirror();
  expect(await page().manifest('team/app', 'v1')).toMatchObject({ digest: pushed.digest, manifest: { kind: 'index' } });
  expect(await page().manifest('team/app', pushed.digest)).toMatchObject({ manifest: { kind: 'index' } });
  expect(await page().manifest('team/app', pushed.manifest)).toMatchObject({
    manifest: { kind: 'image', config: { digest: pushed.id } },
  });
  for (const digest of [pushed.id, ...pushed.layers]) expect(await digestOf(await blobOf(digest))).toBe(digest);
  expect(await page().tags('team/app')).toEqual(['v1']);
  expect(await files()).toHaveLength(7);
  expect(lines[0]).toBe(`${NAME}: linux/386, ${pushed.digest}`);
  expect(lines.slice(1).map((line) => line.replace(/, [0-9a-f]{12}, \d\.\d kB/, ''))).toEqual([
    '  layer 1 of 2: copying',
    '  layer 1 of 2: copied',
    '  layer 2 of 2: copying',
    '  layer 2 of 2: copied',
  ]);
});

it('keeps what a tag named before, and the other tags', async () => {
  const before = await registry.push(image);
  await registry.push({ ...image, tag: 'v2' });
  await mirror();
  await mirror('registry.example/team/app:v2');
  const after = await registry.push({ ...image, created: '2026-02-02T00:00:00Z' });
  await mirror();
  expect((await page().manifest('team/app', 'v1')).digest).toBe(after.digest);
  expect((await page().manifest('team/app', before.digest)).digest).toBe(before.digest);
  expect(await page().tags('team/app')).toEqual(['v1', 'v2']);
  expect(lines.filter((line) => line.endsWith(': already here'))).toHaveLength(4);
});

it('copies by digest, without a tag', async () => {
  const pushed = await registry.push(image);
  await mirror(`registry.example/team/app@${pushed.digest}`);
  expect((await page().manifest('team/app', pushed.digest)).digest).toBe(pushed.digest);
  expect(await page().tags('team/app')).toEqual([]);
});

it('says that there is no such image', async () => {
  await registry.push(image);
  await expect(mirror('registry.example/team/app:v9')).rejects.toMatchObject({
    code: 'not-found',
    message:
      'Cannot mirror registry.example/team/app:v9: the registry has no such image: manifest unknown: manifest unknown',
  });
  await expect(mirror('registry.example/none:v1')).rejects.toThrow(
    'Cannot mirror registry.example/none:v1: it does not exist, or needs "docker login": denied: ',
  );
  expect(await files()).toEqual([]);
});

it('says for which platforms an image is that is not for the guest', async () => {
  await registry.push({ ...image, architecture: 'amd64' });
  const sentence = 'it is not made for linux/386, which is all that the guest runs: it has';
  await expect(mirror()).rejects.toThrow(`Cannot mirror ${NAME}: ${sentence} linux/amd64`);
  const entry = { mediaType: MEDIA_TYPES.ociManifest, digest: `sha256:${'0'.repeat(64)}`, size: 1 };
  const platforms = [
    { os: 'linux', architecture: 'arm64', variant: 'v8' },
    { os: 'linux', architecture: 'amd64' },
    { os: 'unknown', architecture: 'unknown' },
  ];
  const manifests = platforms.map((platform) => ({ ...entry, platform }));
  const index = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests });
  registry.files.set('team/app/manifests/v1', utf8.encode(index));
  await expect(mirror()).rejects.toMatchObject({
    code: 'not-found',
    message: `Cannot mirror ${NAME}: ${sentence} linux/amd64, linux/arm64/v8`,
  });
  expect(await files()).toEqual([]);
});

it('names nothing of which a layer is spoilt, and goes on with the layers that came', async () => {
  const pushed = await registry.push(image);
  const path = `team/app/blobs/${pushed.layers[1]}`;
  const right = registry.files.get(path) ?? new Uint8Array();
  registry.files.set(
    path,
    right.map((byte, at) => (at === 20 ? byte ^ 1 : byte)),
  );
  await expect(mirror()).rejects.toMatchObject({
    code: 'data-loss',
    message: expect.stringContaining(`Cannot store blob ${pushed.layers[1]}: its bytes have digest sha256:`) as string,
  });
  registry.files.set(path, right.subarray(0, 20));
  await expect(mirror()).rejects.toThrow(`the registry sent fewer than the ${right.length} bytes`);
  registry.files.set(path, new Uint8Array([...right, 0]));
  await expect(mirror()).rejects.toThrow(`the registry sent more than the ${right.length} bytes`);
  expect(await files()).toEqual([`team/app/blobs/${pushed.layers[0]}`]);

  registry.files.set(path, right);
  registry.requests.length = 0;
  await mirror();
  expect(registry.requests).toContain(path);
  expect(registry.requests).not.toContain(`team/app/blobs/${pushed.layers[0]}`);
  expect(await page().tags('team/app')).toEqual(['v1']);
});

it('fetches the rest of a layer whose connection broke', async () => {
  const pushed = await registry.push(image);
  const path = `team/app/blobs/${pushed.layers[0]}`;
  const right = registry.files.get(path) ?? new Uint8Array();
  const ranges: (string | null)[] = [];
  registry.intercept = (asked, request) => {
    if (asked !== path) return undefined;
    ranges.push(request.headers.get('range'));
    if (ranges.length === 1) return new Response(brokenAfter(right.subarray(0, 30)));
    const headers = { 'content-range': `bytes 30-${right.length - 1}/${right.length}` };
    return new Response(right.subarray(30), { status: 206, headers });
  };
  await mirror();
  expect(ranges).toEqual([null, 'bytes=30-']);
  expect(await blobOf(pushed.layers[0] ?? pushed.id)).toEqual(right);
  expect(lines.some((line) => line.endsWith('the connection broke: cable cut: trying again'))).toBe(true);
});

it('starts a layer again where the registry knows no ranges, and gives up in the end', async () => {
  const pushed = await registry.push(image);
  const path = `team/app/blobs/${pushed.layers[0]}`;
  const right = registry.files.get(path) ?? new Uint8Array();
  let asked = 0;
  registry.intercept = (at) => {
    if (at !== path) return undefined;
    asked++;
    return new Response(brokenAfter(right.subarray(0, 30)));
  };
  await expect(mirror()).rejects.toMatchObject({ code: 'unavailable' });
  expect(asked).toBe(4);
  expect(await files()).toEqual([]);
  registry.intercept = (at) =>
    at === path && ++asked === 5 ? new Response(brokenAfter(right.subarray(0, 30))) : undefined;
  await mirror();
  expect(await blobOf(pushed.layers[0] ?? pushed.id)).toEqual(right);
});

it('says that the registry cannot be reached, without advice for pages', async () => {
  const offline = (): Promise<Response> =>
    Promise.reject(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND registry.example') }));
  await expect(mirror(NAME, offline)).rejects.toMatchObject({
    code: 'unavailable',
    message:
      `Cannot mirror ${NAME}: Cannot reach registry registry.example: GET https://registry.example/v2/team/app/manifests/v1 ` +
      'failed: fetch failed (getaddrinfo ENOTFOUND registry.example). Check the name and the network.',
  });
});

it('can be interrupted', async () => {
  const pushed = await registry.push(image);
  const interrupted = new AbortController();
  registry.intercept = (path) => {
    if (path === `team/app/blobs/${pushed.layers[1]}`) interrupted.abort();
    return undefined;
  };
  await expect(mirror(NAME, registry.fetch, interrupted.signal)).rejects.toMatchObject({ code: 'cancelled' });
  expect(await files()).toEqual([`team/app/blobs/${pushed.layers[0]}`]);
});

function brokenAfter(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (sent) controller.error(new Error('cable cut'));
      else controller.enqueue(new Uint8Array(bytes));
      sent = true;
    },
  });
}
