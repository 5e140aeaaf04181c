import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileStream } from './file-stream.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'drydock-file-'))));
afterEach(() => rm(folder, { recursive: true }));

async function fileOf(bytes: number): Promise<string> {
  const path = join(folder, 'file');
  await writeFile(
    path,
    Uint8Array.from({ length: bytes }, (_, index) => index % 251),
  );
  return path;
}

/** Whether this process has it open. */
async function isOpen(path: string): Promise<boolean> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
  return (await Promise.all(links)).includes(path);
}

it.each([0, 1, 65_536, 200_000])('gives %i bytes, and closes the file', async (bytes) => {
  const path = await fileOf(bytes);
  const read = new Uint8Array(await new Response(fileStream(path)).arrayBuffer());
  expect(read).toHaveLength(bytes);
  expect(read.every((byte, index) => byte === index % 251)).toBe(true);
  expect(await isOpen(path)).toBe(false);
});

it('closes the file when its reader goes, also in the middle of a read', async () => {
  const path = await fileOf(1_000_000);
  const reader = fileStream(path).getReader();
  await reader.read();
  expect(await isOpen(path)).toBe(true);
  const unread = reader.read();
  await reader.cancel();
  await unread;
  expect(await isOpen(path)).toBe(false);
});

it('opens nothing that nobody reads, and says what cannot be read', async () => {
  const path = await fileOf(1);
  await fileStream(path).cancel();
  expect(await isOpen(path)).toBe(false);
  await expect(fileStream(join(folder, 'none')).getReader().read()).rejects.toThrow('ENOENT');
  await expect(fileStream(folder).getReader().read()).rejects.toThrow('EISDIR');
});
