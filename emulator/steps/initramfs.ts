// The initramfs: our init, and the console that the kernel opens for it. Uncompressed: a page restores a snapshot and
// never loads it, and Node reads it from the disk.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cpioArchive } from '../lib/cpio.ts';
import type { Step } from '../lib/step.ts';
import { init } from './programs.ts';

/** Makes `initramfs.cpio`. */
export const initramfs: Step = {
  name: 'initramfs',
  version: 1,
  needs: [init],
  inputs: async () => [],
  build: async ({ out, output }) => {
    const archive = cpioArchive([
      { path: 'dev', mode: 0o040755 },
      { path: 'dev/console', mode: 0o020600, device: { major: 5, minor: 1 } },
      { path: 'init', mode: 0o100755, data: await readFile(join(output(init), 'init')) },
    ]);
    await writeFile(join(out, 'initramfs.cpio'), archive);
  },
};
