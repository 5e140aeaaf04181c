// `tsc -b` goes on where another clone's ended: what the compiler keeps of a build is kept beside the guest.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @returns what `build` returns */
export function withKeptBuild(local: string, kept: string, build: () => boolean): boolean {
  if (!existsSync(local) && existsSync(kept)) restore(kept, local);
  const ok = build();
  if (ok) keep(local, kept);
  return ok;
}

/** Older than any file of the clone: the compiler then goes by the content of each, and never by its time. */
function restore(kept: string, local: string): void {
  cpSync(kept, local, { recursive: true });
  for (const entry of readdirSync(local, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), 0, 0);
}

/** Whole or not at all, also when two clones do it at the same time. */
function keep(local: string, kept: string): void {
  mkdirSync(dirname(kept), { recursive: true });
  const [next, last] = [`${kept}.next.${process.pid}`, `${kept}.last.${process.pid}`];
  cpSync(local, next, { recursive: true });
  try {
    if (existsSync(kept)) renameSync(kept, last);
    renameSync(next, kept);
  } finally {
    for (const left of [next, last]) rmSync(left, { recursive: true, force: true });
  }
}
