// python: the language of most first Dockerfiles; `python -m http.server` is the quickest server to write about.
import { PATH } from '../../lib/debian-recipe.ts';
import type { DebianRecipe } from '../../lib/debian-recipe.ts';

export const python: DebianRecipe = {
  folder: 'python',
  repository: 'library/python',
  packages: ['python3'],
  versionOf: 'python3',
  tags: ['3', '3.11', '3-slim', 'slim'],
  createdBy: 'dpkg --install python3; also called python # drydock',
  config: { Env: [PATH, 'LANG=C.UTF-8'], Cmd: ['python3'] },
};
