// The reference tools of EROFS (Debian: erofs-utils) and GNU tar, to hold our images against. They are part of the test
// machine; without them the tests fail and say so.
import { execFile } from 'node:child_process';
import type { Stats } from 'node:fs';
import { lstat, mkdir, readFile, readdir, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @throws what fsck.erofs found wrong */
export async function checkErofs(image: string): Promise<void> {
  await tool('fsck.erofs', [image]);
}

export async function extractErofs(image: string, directory: string): Promise<void> {
  await tool('fsck.erofs', [`--extract=${directory}`, '--preserve', image]);
}

/** What dump.erofs says with `options`. */
export function dumpErofs(image: string, ...options: string[]): Promise<string> {
  return tool('dump.erofs', [...options, image]);
}

export async function extractTar(archive: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await tool('tar', ['--numeric-owner', '--delay-directory-restore', '-xpf', archive, '-C', directory]);
}

/** One line for each file: everything that a file system keeps of it, but a directory's size. Names as latin1. */
export async function describeFiles(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const ahead = [''];
  for (let below = ahead.pop(); below !== undefined; below = ahead.pop()) {
    // Node's own recursion loses names that are not ASCII when they are read as bytes.
    for (const name of await readdir(Buffer.from(`${directory}/${below}`, 'latin1'), 'latin1')) {
      const path = below + name;
      const full = Buffer.from(`${directory}/${path}`, 'latin1');
      const info = await lstat(full);
      if (info.isDirectory()) ahead.push(`${path}/`);
      found.set(path, await describeFile(full, info));
    }
  }
  return found;
}

async function describeFile(path: Buffer, info: Stats): Promise<string> {
  const content = info.isFile()
    ? (await readFile(path)).toString('base64')
    : info.isSymbolicLink()
      ? await readlink(path, 'latin1')
      : '';
  const device = info.isCharacterDevice() || info.isBlockDevice() ? info.rdev : 0;
  // fsck.erofs does not set the times of links.
  const seconds = info.isSymbolicLink() ? 0 : Math.floor(info.mtimeMs / 1000);
  return [info.mode.toString(8), info.uid, info.gid, seconds, device, content].join(' ');
}

/** @returns what it prints */
async function tool(name: string, args: string[]): Promise<string> {
  const { stdout } = await run(name, args, { maxBuffer: 16 * 1024 * 1024 }).catch((error: unknown) => {
    const { code, stderr } = error as { code?: unknown; stderr?: unknown };
    const hint =
      code === 'ENOENT'
        ? `it is not installed: apt-get install ${name === 'tar' ? 'tar' : 'erofs-utils'}`
        : String(stderr);
    throw new Error(`${name} ${args.join(' ')}: ${hint}`, { cause: error });
  });
  return stdout;
}
