// Finds the shared libraries that nothing in a tree needs: dependencies of packages are coarser than those of programs.
import { open, readlink, realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { listFiles } from './file-tree.ts';
import { CROSS_PREFIX } from './host-tools.ts';
import { capture } from './run.ts';

const LIBRARY = /\.so(\.[0-9.]+)?$/;
/** Loaded by name at run time, so no program names them. */
const LOADED_BY_NAME = /^(libnss_(files|dns)|libgcc_s|libresolv)\b/;

/** Deletes unneeded libraries below `tree`. @throws Error naming a library that a program needs and the tree lacks */
export async function pruneLibraries(tree: string, folder: string): Promise<void> {
  const needed = await neededBy(tree);
  const libraries = (await listFiles(join(tree, folder))).filter((path) => LIBRARY.test(path) && !path.includes('/'));
  const programs = [...needed.keys()].filter((path) => !isPlainLibrary(path, folder));
  const wanted = new Set<string>(libraries.filter((name) => LOADED_BY_NAME.test(name)));
  const queue = [...programs.flatMap((path) => needed.get(path) ?? []), ...wanted];
  while (queue.length > 0) {
    const name = queue.pop() ?? '';
    if (!libraries.includes(name)) {
      if (/^ld-linux/.test(name)) continue;
      const users = programs.filter((path) => needed.get(path)?.includes(name));
      throw new Error(`${name} is needed by ${users.join(', ') || 'a library'} but no package of the recipe has it`);
    }
    wanted.add(name);
    const file = basename(await realpath(join(tree, folder, name)));
    for (const more of [file, ...(needed.get(join(folder, file)) ?? [])]) if (!wanted.has(more)) queue.push(more);
  }
  for (const name of libraries) if (!wanted.has(name) && !name.startsWith('ld-')) await rm(join(tree, folder, name));
}

function isPlainLibrary(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`) && LIBRARY.test(path) && !path.slice(folder.length + 1).includes('/');
}

/** For every ELF file below `tree`, the libraries that it names. */
async function neededBy(tree: string): Promise<Map<string, string[]>> {
  const needed = new Map<string, string[]>();
  const elves: string[] = [];
  for (const path of await listFiles(tree)) if (await isElf(join(tree, path))) elves.push(path);
  const text = await capture(`${CROSS_PREFIX}readelf`, ['-d', ...elves.map((path) => join(tree, path))]);
  let current = '';
  for (const line of text.split('\n')) {
    const file = /^File: (.*)$/.exec(line)?.[1];
    if (file) {
      current = file.slice(tree.length + 1);
      needed.set(current, []);
    }
    const library = /\(NEEDED\).*\[(.*)\]/.exec(line)?.[1];
    if (library) needed.get(current)?.push(library);
  }
  return needed;
}

async function isElf(path: string): Promise<boolean> {
  if (await readlink(path).catch(() => undefined)) return false;
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.toString('latin1') === '\x7fELF';
  } finally {
    await file.close();
  }
}
