// Puts the guest and the images beside the built page, so that dist/site is one folder for any static host. Hard links: the
// files are large, and a copy of them for each build would cost seconds and disk.
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compressSite } from './compress-site.ts';

const root = join(import.meta.dirname, '..');

/** @returns how many files were put in place */
export function assembleSite(publicFolder: string, siteFolder: string): number {
  let count = 0;
  if (!existsSync(publicFolder)) return count;
  for (const entry of readdirSync(publicFolder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(siteFolder, source.slice(publicFolder.length + 1));
    mkdirSync(dirname(target), { recursive: true });
    rmSync(target, { force: true });
    linkOrCopy(source, target);
    count++;
  }
  return count;
}

/** Links do not cross file systems, and some have none: a copy serves as well. */
function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}

if (process.argv[1] === import.meta.filename) {
  const site = join(root, 'dist/site');
  assembleSite(join(root, 'public'), site);
  compressSite(site);
}
