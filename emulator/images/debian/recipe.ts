// debian: what most images stand on, with apt and dpkg that work. The smallest set of packages that still is a Debian.
import { PATH } from '../../lib/debian-recipe.ts';
import type { DebianRecipe } from '../../lib/debian-recipe.ts';

export const debian: DebianRecipe = {
  folder: 'debian',
  repository: 'library/debian',
  packages: [],
  versionOf: 'base-files',
  tags: ['12', 'bookworm', 'bookworm-slim', 'stable-slim'],
  createdBy: 'mmdebstrap --variant=minbase --architectures=i386 bookworm # drydock',
  config: { Env: [PATH], Cmd: ['bash'] },
};
