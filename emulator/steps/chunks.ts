// The root image in pieces that any static host can serve. A piece is 256 KiB: a cold command touches a few places of some
// hundred KiB each (the kernel reads ahead 128 KiB), so larger pieces bring bytes that nobody asked for, and smaller ones
// cost a round trip each.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { sha256 } from '../lib/cache-key.ts';
import type { Step } from '../lib/step.ts';

export const CHUNK_BYTES = 256 * 1024;
export const CHUNK_FOLDER = 'root';

/** Makes `root/<content>.chunk` files and `chunks.json`, their names in order. */
export function chunksStep(rootfs: Step): Step {
  return {
    name: 'chunks',
    version: 2,
    needs: [rootfs],
    inputs: async () => [String(CHUNK_BYTES)],
    build: async ({ out, output }) => {
      const image = await readFile(join(output(rootfs), 'root.erofs'));
      await mkdir(join(out, CHUNK_FOLDER));
      const names: string[] = [];
      for (let offset = 0; offset < image.length; offset += CHUNK_BYTES) {
        const chunk = image.subarray(offset, offset + CHUNK_BYTES);
        // Named by what is in it, before compression: the same content keeps its name, and its place in caches.
        const name = `${CHUNK_FOLDER}/${sha256(chunk).slice(0, 24)}.chunk`;
        await writeFile(join(out, name), await promisify(gzip)(chunk, { level: 9 }));
        names.push(name);
      }
      await writeFile(join(out, 'chunks.json'), JSON.stringify(names));
    },
  };
}
