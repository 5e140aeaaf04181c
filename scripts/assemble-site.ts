// Puts the guest and the images beside the built page, so that dist/site is one folder for any static host. Hard links: the
// files are large, and a copy of them for each build would cost seconds and disk.
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { withJitThreshold } from '../src/node/jit-threshold.ts';
import { compressSite } from './compress-site.ts';

/** Five times v86's own: four fifths of what V8 optimised during a pull are gone, and the prompt is as fast (docs/decisions/0029). */
const JIT_THRESHOLD = 1_000_000;

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
  tuneEmulator(siteFolder);
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

/** In place of the link: what is linked is Node's, too, where V8 optimises none of it. */
function tuneEmulator(siteFolder: string): void {
  const path = join(siteFolder, 'guest/v86.wasm');
  if (!existsSync(path)) return;
  const tuned = withJitThreshold(readFileSync(path), JIT_THRESHOLD);
  rmSync(path);
  writeFileSync(path, tuned);
}

if (process.argv[1] === import.meta.filename) {
  const site = join(root, 'dist/site');
  assembleSite(join(root, 'public'), site);
  compressSite(site);
}
