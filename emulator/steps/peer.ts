// The alternative to our engine, for the benchmark only: the distribution's dockerd, containerd and runc, in our own guest.
// Everything but the root image is the guest's: the same kernel, memory, first process and agent.
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GuestJson } from '../../src/contracts/guest-json.ts';
import { guestJsonSchema } from '../../src/contracts/guest-json.ts';
import { hashFile, linkOrCopy } from '../lib/file-tree.ts';
import { mergeUsr } from '../lib/merge-usr.ts';
import { run } from '../lib/run.ts';
import type { Step } from '../lib/step.ts';
import { WITHOUT } from '../rootfs/recipe.ts';
import { packagesStep } from './packages.ts';
import { makeLibraryCache } from './rootfs.ts';

/** Ours, which the peer's take the place of. */
const REPLACED = ['usr/bin/docker', 'usr/bin/drydock-shim', 'usr/bin/crun'];

/** Its `docker.io` has the daemon and the client. */
export const peerPackages = packagesStep({
  name: 'peer-packages',
  packages: ['docker.io'],
  withDependencies: true,
  without: WITHOUT,
});

/** Makes a folder like public/guest/, without a snapshot. @param guestFolder the published guest */
export function peerStep(guestFolder: string): Step {
  const describe = async () =>
    guestJsonSchema.parse(JSON.parse(await readFile(join(guestFolder, 'guest.json'), 'utf8')));
  return {
    name: 'peer',
    version: 1,
    needs: [peerPackages],
    inputs: async () => {
      const { snapshot: _, ...guest } = await describe();
      return [JSON.stringify(guest)];
    },
    build: async ({ out, work, log, output }) => {
      const { snapshot: _, ...guest } = await describe();
      const tree = join(work, 'tree');
      await run('fsck.erofs', [`--extract=${tree}`, join(guestFolder, guest.root.file)], { log });
      for (const path of REPLACED) await rm(join(tree, path), { force: true });
      const added = join(work, 'added');
      await run('cp', ['-a', join(output(peerPackages), 'tree'), added], { log });
      await mergeUsr(added);
      // What the guest has already stays as the guest's recipe made it.
      await run('cp', ['-a', '--no-clobber', `${added}/.`, tree], { log });
      await makeLibraryCache(tree, log);
      const root = join(out, guest.root.file);
      await run('mkfs.erofs', ['-d0', '-x-1', '--all-root', root, tree], { log });

      const described: GuestJson = {
        ...guest,
        root: { ...guest.root, bytes: (await stat(root)).size, sha256: await hashFile(root) },
      };
      await writeFile(join(out, 'guest.json'), JSON.stringify(guestJsonSchema.parse(described), null, 1));
      for (const { file } of [guest.kernel, guest.initramfs, guest.bios, guest.vgaBios])
        await linkOrCopy(join(guestFolder, file), join(out, file));
    },
  };
}
