// Where this checkout keeps what its scripts built; found from this module, which also runs bundled in dist/node/.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT_DIRECTORY = findProject(dirname(fileURLToPath(import.meta.url)));
export const PUBLIC_DIRECTORY = join(PROJECT_DIRECTORY, 'public');

function findProject(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error(`Cannot find Drydock's package.json above "${fileURLToPath(import.meta.url)}"`);
  return findProject(parent);
}
