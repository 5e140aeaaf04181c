// Gathers what a machine needs into one folder, and describes it in guest.json and manifest.json.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageRecord } from '../lib/deb.ts';
import { hashFile, linkOrCopy } from '../lib/file-tree.ts';
import { REPOSITORY } from '../lib/paths.ts';
import type { Step } from '../lib/step.ts';
import type { GuestFile, GuestJson } from '../../src/contracts/guest-json.ts';
import { guestJsonSchema } from '../../src/contracts/guest-json.ts';
import { BIOS_FILE, VGA_BIOS_FILE, bios } from './bios.ts';
import { CHUNK_BYTES } from './chunks.ts';
import { crun } from './crun.ts';
import { initramfs } from './initramfs.ts';
import { kernel, kernelSource } from './kernel.ts';
import { packageVersion, readPackages } from './packages.ts';
import { userland } from './rootfs.ts';

const COMMAND_LINE = [
  'console=ttyS0',
  // Errors only: a bridge tells of each port's states, 750 characters a container, and each is three calls out of generated code.
  // `dmesg` has all of it.
  'loglevel=4',
  // There is no better clock to check it against, and the check would keep the guest from sleeping.
  'tsc=reliable',
  'mitigations=off',
  'random.trust_cpu=on',
  // Else the driver makes one interface at boot that nobody asked for.
  'dummy.numdummies=0',
  // As does this one, with a disk of 250 GB; init makes the one there is.
  'null_blk.nr_devices=0',
  // Both are walked whenever a network namespace ends, and are made for a server with as much memory.
  'tcpmhash_entries=64',
  'thash_entries=512',
  'drydock.root=blobs/root.erofs',
].join(' ');
const MEMORY_MEGABYTES = 512;

/** Makes the folder that is published as public/guest/. */
export function guestStep(rootfs: Step, chunks: Step): Step {
  return {
    name: 'guest',
    version: 3,
    needs: [kernelSource, kernel, initramfs, rootfs, chunks, bios, userland, crun],
    inputs: async () => [COMMAND_LINE, String(MEMORY_MEGABYTES), await v86Version()],
    build: async ({ out, output }) => {
      const add = async (from: string, file: string): Promise<GuestFile> => {
        await linkOrCopy(from, join(out, file));
        return { file, bytes: (await stat(from)).size, sha256: await hashFile(from) };
      };
      const firmware = join(output(bios), 'tree');
      const names = JSON.parse(await readFile(join(output(chunks), 'chunks.json'), 'utf8')) as string[];
      for (const name of new Set(names)) await linkOrCopy(join(output(chunks), name), join(out, name));
      const guest: GuestJson = {
        version: 1,
        kernelRelease: (await readFile(join(output(kernel), 'release'), 'utf8')).trim(),
        ociRuntimeVersion: (await packageVersion(output(crun), 'crun')).replace(/-.*/, ''),
        kernel: await add(join(output(kernel), 'bzImage'), 'bzImage'),
        initramfs: await add(join(output(initramfs), 'initramfs.cpio'), 'initramfs.cpio'),
        bios: await add(join(firmware, BIOS_FILE), 'seabios.bin'),
        vgaBios: await add(join(firmware, VGA_BIOS_FILE), 'vgabios.bin'),
        root: {
          ...(await add(join(output(rootfs), 'root.erofs'), 'root.erofs')),
          chunkBytes: CHUNK_BYTES,
          chunks: names,
        },
        commandLine: COMMAND_LINE,
        memoryMegabytes: MEMORY_MEGABYTES,
        acpi: true,
      };
      await writeFile(join(out, 'guest.json'), JSON.stringify(guestJsonSchema.parse(guest), null, 1));
      // The emulator's own half in WebAssembly, loaded like the guest's files.
      await linkOrCopy(join(REPOSITORY, 'node_modules/v86/build/v86.wasm'), join(out, 'v86.wasm'));

      const packages: PackageRecord[] = [];
      for (const step of [kernelSource, bios, crun, userland]) packages.push(...(await readPackages(output(step))));
      packages.push(await v86Record());
      await writeFile(join(out, 'manifest.json'), JSON.stringify({ packages }, null, 1));
    },
  };
}

/** The emulator comes from npm: its record is the lock file's. */
async function v86Record(): Promise<PackageRecord> {
  const lock = JSON.parse(await readFile(join(REPOSITORY, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; license?: string }>;
  };
  const { version = '', license = '' } = lock.packages['node_modules/v86'] ?? {};
  // What of it runs: the archive itself is gone after the install.
  const files = await Promise.all(
    ['libv86.mjs', 'v86.wasm'].map(async (name) => ({
      name,
      sha256: await hashFile(join(REPOSITORY, 'node_modules/v86/build', name)),
    })),
  );
  return { name: 'v86', version, architecture: 'npm', source: `v86 ${version}`, files, licence: license };
}

async function v86Version(): Promise<string> {
  return (await v86Record()).version;
}
