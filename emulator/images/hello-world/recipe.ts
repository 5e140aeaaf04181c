// hello-world: one program of some hundred bytes that says what had to happen for it to run.
import type { ImageRecipe } from '../../lib/image-recipe.ts';

export const helloWorld: ImageRecipe = {
  repository: 'library/hello-world',
  version: '1.0',
  program: 'hello.c',
  config: {
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    Cmd: ['/hello'],
  },
  createdBy: 'COPY hello / # drydock',
  layer: async ({ program }) => [{ path: 'hello', type: 'file', mode: 0o755, data: await program() }],
};
