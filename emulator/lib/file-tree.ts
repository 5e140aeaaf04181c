// Walking, hashing and copying folders: the file work that several steps share.
import { copyFile, link, lstat, mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from './cache-key.ts';

/** Paths of all files (not folders) below `folder`, relative to it, sorted. A missing folder has none. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** One hash over the names, the executable bits and the contents of the files below `folder` that `keep` accepts. */
export async function hashTree(folder: string, keep: (path: string) => boolean = () => true): Promise<string> {
  const parts: string[] = [];
  for (const path of (await listFiles(folder)).filter(keep)) {
    const { mode } = await lstat(join(folder, path));
    parts.push(`${path} ${mode & 0o100 ? 'x' : '-'} ${sha256(await readFile(join(folder, path)))}`);
  }
  return sha256(parts.join('\n'));
}

export async function hashFile(path: string): Promise<string> {
  return sha256(await readFile(path));
}

/** A hard link where the file systems allow it, else a copy. Replaces what is there. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await rm(to, { force: true });
  await link(from, to).catch(() => copyFile(from, to));
}
