// whoami: a web server that answers with its own name and addresses, for lessons about networks, names and balancing.
import type { ImageRecipe } from '../../lib/image-recipe.ts';

export const whoami: ImageRecipe = {
  repository: 'library/whoami',
  version: '1.0',
  program: 'whoami.c',
  libc: true,
  config: {
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    Entrypoint: ['/whoami'],
    ExposedPorts: { '80/tcp': {} },
  },
  createdBy: 'COPY whoami / # drydock',
  layer: async ({ program }) => [{ path: 'whoami', type: 'file', mode: 0o755, data: await program() }],
};
