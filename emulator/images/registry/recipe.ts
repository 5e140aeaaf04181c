// registry: the distribution registry itself, so that `docker push` has somewhere to go.
import { PATH } from '../../lib/debian-recipe.ts';
import type { DebianRecipe } from '../../lib/debian-recipe.ts';

export const registry: DebianRecipe = {
  folder: 'registry',
  repository: 'library/registry',
  packages: ['docker-registry'],
  versionOf: 'docker-registry',
  tags: ['2'],
  createdBy: 'dpkg --install docker-registry; data in /var/lib/registry # drydock',
  config: {
    Env: [PATH],
    Entrypoint: ['/entrypoint.sh'],
    Cmd: ['/etc/docker/registry/config.yml'],
    ExposedPorts: { '5000/tcp': {} },
    Volumes: { '/var/lib/registry': {} },
  },
};
