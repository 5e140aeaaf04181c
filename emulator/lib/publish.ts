// Puts outputs where the page is served from, and takes away what an earlier build left there.
import { cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listFiles } from './file-tree.ts';
import { catalog } from './oci-image.ts';

/** Makes `to` hold the files of `from`, and no others. Copies only what differs: the folder may be being served. */
export async function publish(from: string, to: string, ignore: ReadonlySet<string>): Promise<void> {
  const wanted = (await listFiles(from)).filter((path) => !ignore.has(path));
  const isWanted = new Set(wanted);
  for (const path of await listFiles(to)) if (!isWanted.has(path)) await rm(join(to, path));
  for (const path of wanted) {
    if (await isSame(join(from, path), join(to, path))) continue;
    await mkdir(dirname(join(to, path)), { recursive: true });
    await rm(join(to, path), { force: true });
    await cp(join(from, path), join(to, path), { preserveTimestamps: true });
  }
}

/** Puts repositories into the registry's folder and leaves those that another build put there; then lists them all. */
export async function publishRegistry(from: readonly string[], to: string): Promise<void> {
  for (const folder of from)
    for (const repository of await repositories(folder))
      await publish(join(folder, repository), join(to, repository), new Set());
  // Written beside and renamed: the folder may be being served.
  const unfinished = join(to, '_catalog.part');
  await writeFile(unfinished, catalog(await repositories(to)));
  await rename(unfinished, join(to, '_catalog'));
}

async function repositories(folder: string): Promise<string[]> {
  const files = await listFiles(folder);
  return files.flatMap((path) => (path.endsWith('/tags/list') ? [path.slice(0, -'/tags/list'.length)] : []));
}

async function isSame(from: string, to: string): Promise<boolean> {
  const [source, target] = [await stat(from), await stat(to).catch(() => undefined)];
  if (source.size !== target?.size) return false;
  if (Math.abs(source.mtimeMs - target.mtimeMs) < 1) return true;
  return (await readFile(from)).equals(await readFile(to));
}
