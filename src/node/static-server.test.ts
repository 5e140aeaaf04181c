import { gzipSync } from 'node:zlib';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startStaticServer } from './static-server.ts';
import type { StaticServer } from './static-server.ts';

let directory: string;
let server: StaticServer;
const sent: [string, number][] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drydock-static-'));
  await mkdir(join(directory, 'site/assets'), { recursive: true });
  await mkdir(join(directory, 'site/v2/library/x/blobs'), { recursive: true });
  await writeFile(join(directory, 'site/index.html'), '<p>page');
  await writeFile(join(directory, 'site/assets/a-12345678.wasm'), 'wasm');
  await writeFile(join(directory, 'site/assets/a-12345678.wasm.gz'), gzipSync('wasm'));
  await writeFile(join(directory, `site/v2/library/x/blobs/sha256:${'0'.repeat(64)}`), 'blob');
  await writeFile(join(directory, 'secret'), 'secret');
  await mkdir(join(directory, 'site/v2/.hidden'));
  await writeFile(join(directory, 'site/v2/.hidden/file'), 'unfinished');
  await writeFile(join(directory, 'site/.hidden'), 'unfinished');
  server = await startStaticServer({
    directory: join(directory, 'site'),
    host: '127.0.0.1',
    port: 0,
    prefix: '/some/where',
    onSent: (path, bytes) => sent.push([path, bytes]),
  });
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

it('serves the page below its prefix, to be asked for again', async () => {
  const response = await fetch(server.url);
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  expect(response.headers.get('cache-control')).toBe('no-cache');
  expect(await response.text()).toBe('<p>page');
  const again = await fetch(server.url, { headers: { 'if-none-match': response.headers.get('etag') ?? '' } });
  expect(again.status).toBe(304);
});

it('serves what is named by its content for ever, compressed where a compressed file lies beside it', async () => {
  const wasm = await fetch(new URL('assets/a-12345678.wasm', server.url));
  expect(wasm.headers.get('content-type')).toBe('application/wasm');
  expect(wasm.headers.get('content-encoding')).toBe('gzip');
  expect(wasm.headers.get('cache-control')).toContain('immutable');
  expect(await wasm.text()).toBe('wasm');
  expect(sent).toContainEqual(['/assets/a-12345678.wasm', gzipSync('wasm').length]);
  const blob = await fetch(new URL(`v2/library/x/blobs/sha256:${'0'.repeat(64)}`, server.url));
  expect(await blob.text()).toBe('blob');
  expect(blob.headers.get('cache-control')).toContain('immutable');
});

it('sends the rest of a blob to whoever has its start, and all of a large one', async () => {
  const large = Uint8Array.from({ length: 1_500_000 }, (_, at) => at % 251);
  await writeFile(join(directory, `site/v2/library/x/blobs/sha256:${'1'.repeat(64)}`), large);
  const url = new URL(`v2/library/x/blobs/sha256:${'1'.repeat(64)}`, server.url);
  const whole = await fetch(url);
  expect(whole.headers.get('content-length')).toBe('1500000');
  expect(Buffer.from(await whole.arrayBuffer()).equals(large)).toBe(true);
  const rest = await fetch(url, { headers: { range: 'bytes=1499990-' } });
  expect(rest.status).toBe(206);
  expect(new Uint8Array(await rest.arrayBuffer())).toEqual(large.subarray(1_499_990));
  const missing = await fetch(new URL(`v2/library/x/blobs/sha256:${'2'.repeat(64)}`, server.url));
  expect(missing.status).toBe(404);
});

it('goes on after a client that left in the middle of a blob', async () => {
  await writeFile(join(directory, `site/v2/library/x/blobs/sha256:${'3'.repeat(64)}`), new Uint8Array(20_000_000));
  const url = new URL(`v2/library/x/blobs/sha256:${'3'.repeat(64)}`, server.url);
  const leave = new AbortController();
  const reader = (await fetch(url, { signal: leave.signal })).body?.getReader();
  await reader?.read();
  leave.abort();
  expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(20_000_000);
});

it('serves what came, and what changed, after it was started', async () => {
  await mkdir(join(directory, 'site/v2/library/late/tags'), { recursive: true });
  const file = join(directory, 'site/v2/library/late/tags/list');
  await writeFile(file, '{"tags":["a"]}');
  const address = new URL('v2/library/late/tags/list', server.url);
  expect(await (await fetch(address)).json()).toEqual({ tags: ['a'] });
  await writeFile(file, '{"tags":["a","b"]}');
  const changed = await fetch(address);
  expect(changed.headers.get('cache-control')).toBe('no-cache');
  expect(await changed.json()).toEqual({ tags: ['a', 'b'] });
});

it.each([
  '/some/where/../../secret',
  '/some/where/..%2f..%2fsecret',
  '/some/where/%2e%2e/secret',
  '/secret',
  '/some/where/none',
  '/some/where/.hidden',
  '/some/where/%2Ehidden',
  '/some/where/v2/.hidden/file',
])('has no %s', async (path) => {
  // fetch() would tidy the path before sending it.
  const status = await new Promise((resolve, reject) => {
    request(server.url, { path }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(404);
});
