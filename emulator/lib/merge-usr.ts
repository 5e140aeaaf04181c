// Packages still name /bin, /sbin and /lib; in the image these are links into /usr, as on an installed Debian.
import { cp, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

const MERGED = ['bin', 'sbin', 'lib'];

export async function mergeUsr(tree: string): Promise<void> {
  for (const name of MERGED) {
    const from = join(tree, name);
    if ((await readdir(from).catch(() => undefined)) !== undefined) {
      await cp(from, join(tree, 'usr', name), {
        recursive: true,
        verbatimSymlinks: true,
        force: true,
        preserveTimestamps: true,
      });
      await rm(from, { recursive: true });
    }
    await symlink(`usr/${name}`, from);
  }
}
