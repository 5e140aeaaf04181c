import { afterEach, expect, it, vi } from 'vitest';
import { EarlyDownloads } from './early-downloads.ts';

const guest = new URL('http://page.test/guest/');
/** The smallest module: magic and version. */
const emptyModule = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

function serve(files: Record<string, BodyInit>): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (url: URL) => {
    const name = url.pathname.replace('/guest/', '');
    asked.push(name);
    const body = files[name];
    return Promise.resolve(body === undefined ? new Response(null, { status: 404 }) : new Response(body));
  });
  return asked;
}
afterEach(() => vi.unstubAllGlobals());

it('asks for each file once, before anybody wants it', async () => {
  const description = JSON.stringify({ snapshot: { file: 'snapshot.bin' } });
  const asked = serve({ 'guest.json': description, 'snapshot.bin': 'state', 'v86.wasm': emptyModule });
  const downloads = new EarlyDownloads(guest);
  await vi.waitFor(() => expect(asked).toEqual(['v86.wasm', 'guest.json', 'snapshot.bin']));
  expect(await (await downloads.fetch(new URL('guest.json', guest))).text()).toBe(description);
  expect(await (await downloads.fetch(new URL('snapshot.bin', guest))).text()).toBe('state');
  expect(await downloads.module).toBeInstanceOf(WebAssembly.Module);
  expect(asked).toHaveLength(3);
  await downloads.fetch(new URL('snapshot.bin', guest));
  expect(asked).toHaveLength(4);
});

it('leaves what is missing or broken to whoever reads it', async () => {
  serve({ 'guest.json': 'not JSON' });
  const downloads = new EarlyDownloads(guest);
  await expect(downloads.module).rejects.toThrow('v86.wasm answered 404');
  expect(await (await downloads.fetch(new URL('guest.json', guest))).text()).toBe('not JSON');
  expect((await downloads.fetch(new URL('snapshot.bin', guest))).status).toBe(404);
});
