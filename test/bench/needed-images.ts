// Figures of large images need those that a plain build leaves out: said before anything is measured, with what to run.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Something is missing that the reader can put there: shown without a stack. */
export class BenchUnprepared extends Error {}

/** @param site its folder @throws BenchUnprepared that names the images of the built page that are not there */
export function requireImages(site: string, names: readonly string[]): void {
  const missing = names.filter((name) => !existsSync(join(site, 'v2/library', name, 'manifests')));
  if (missing.length === 0) return;
  const listed = missing.map((name) => `"${name}"`).join(' and ');
  const verb = missing.length === 1 ? 'is' : 'are';
  throw new BenchUnprepared(
    `Cannot measure images: ${listed} ${verb} not in "${site}".\n` +
      'Build the curated images and put them beside the page: npm run guest -- --curated && npm run build',
  );
}
