// redis: the data store of every "two containers talk to each other" lesson.
import { PATH } from '../../lib/debian-recipe.ts';
import type { DebianRecipe } from '../../lib/debian-recipe.ts';

export const redis: DebianRecipe = {
  folder: 'redis',
  repository: 'library/redis',
  packages: ['redis-server'],
  versionOf: 'redis-server',
  tags: ['7', '7.0'],
  createdBy: 'dpkg --install redis-server; data in /data # drydock',
  config: {
    Env: [PATH],
    Entrypoint: ['docker-entrypoint.sh'],
    Cmd: ['redis-server'],
    WorkingDir: '/data',
    ExposedPorts: { '6379/tcp': {} },
    Volumes: { '/data': {} },
  },
};
