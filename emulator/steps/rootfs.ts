// The guest's root file system: packages, our files and our programs, as one read-only EROFS image.
import { chmod, copyFile, cp, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pruneLibraries } from '../lib/elf.ts';
import { hashTree, listFiles } from '../lib/file-tree.ts';
import { mergeUsr } from '../lib/merge-usr.ts';
import { EMULATOR } from '../lib/paths.ts';
import { firstLine, run } from '../lib/run.ts';
import type { Step } from '../lib/step.ts';
import { DELETED, FOLDERS, LINKS, PACKAGES, WITHOUT } from '../rootfs/recipe.ts';
import { crun } from './crun.ts';
import { packagesStep } from './packages.ts';
import { ROOT_PROGRAMS } from './programs.ts';

const ROOTFS_FOLDER = join(EMULATOR, 'rootfs');
const LIBRARIES = 'usr/lib/i386-linux-gnu';
/** Of every file: 2025-01-01, so that the same files give the same image. */
const FILE_TIME_SECONDS = 1_735_689_600;
const IMAGE_UUID = 'd0c6e2a0-0000-4000-8000-000000000001';

export const userland = packagesStep({
  name: 'userland',
  packages: PACKAGES,
  withDependencies: true,
  without: WITHOUT,
});

/** Makes `root.erofs`. @param without programs that are left out, for work on the others */
export function rootfsStep(without: ReadonlySet<string>): Step {
  const programs = ROOT_PROGRAMS.filter(({ step }) => !without.has(step.name));
  return {
    name: 'rootfs',
    version: 1,
    needs: [userland, crun, ...programs.map(({ step }) => step)],
    inputs: async () => [await hashTree(ROOTFS_FOLDER), await firstLine('mkfs.erofs', ['-V'])],
    build: async ({ out, work, log, output }) => {
      const tree = join(work, 'tree');
      // `cp` of the tools, not of Node: it keeps hard links and modes.
      await run('cp', ['-a', join(output(userland), 'tree'), tree], { log });
      await mergeUsr(tree);
      for (const path of DELETED) await rm(join(tree, path), { recursive: true, force: true });
      await keepLicencesOnly(join(tree, 'usr/share/doc'));
      await pruneLibraries(tree, LIBRARIES);
      for (const [path, mode] of FOLDERS) await makeFolder(join(tree, path), mode);
      await cp(join(ROOTFS_FOLDER, 'files'), tree, { recursive: true, force: true });
      for (const [link, target] of LINKS) await makeLink(join(tree, link), target);
      await addBusyboxApplets(tree);
      await copyFile(join(output(crun), 'crun'), join(tree, 'usr/bin/crun'));
      for (const { step, path } of programs) await copyFile(join(output(step), step.name), join(tree, path));
      await makeLibraryCache(tree, log);
      const options = ['-d0', `-T${FILE_TIME_SECONDS}`, '-U', IMAGE_UUID, '-x-1', '--all-root'];
      await run('mkfs.erofs', [...options, join(out, 'root.erofs'), tree], { log });
    },
  };
}

/** Of a package's documents, its copyright file: that is the text of its licence. */
async function keepLicencesOnly(documents: string): Promise<void> {
  for (const path of await listFiles(documents)) if (!/(^|\/)copyright$/.test(path)) await rm(join(documents, path));
}

async function makeFolder(path: string, mode: number): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, mode);
}

async function makeLink(path: string, target: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await symlink(target, path);
}

/** A link for each applet that no package provides. */
async function addBusyboxApplets(tree: string): Promise<void> {
  const applets = (await readFile(join(ROOTFS_FOLDER, 'applets.txt'), 'utf8')).split('\n').filter(Boolean);
  for (const applet of applets)
    for (const folder of ['usr/bin', 'usr/sbin']) {
      if (await isThere(join(tree, folder, applet))) break;
      if (folder === 'usr/sbin') await symlink('busybox', join(tree, 'usr/bin', applet));
    }
}

async function isThere(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}

/** Without the cache, the dynamic linker tries half a dozen folders for each library. Needs root, or a user namespace. */
export async function makeLibraryCache(tree: string, log: string): Promise<void> {
  await mkdir(join(tree, 'var/cache/ldconfig'), { recursive: true });
  const args = ['-r', tree, '-X'];
  if (process.getuid?.() === 0) await run('/sbin/ldconfig', args, { log });
  else await run('unshare', ['-r', '/sbin/ldconfig', ...args], { log });
  await rm(join(tree, 'var/cache/ldconfig'), { recursive: true, force: true });
}
