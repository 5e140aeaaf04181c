// nginx: the web server that tutorials publish ports of. The light package: no mail proxy, no scripting.
import { PATH } from '../../lib/debian-recipe.ts';
import type { DebianRecipe } from '../../lib/debian-recipe.ts';

export const nginx: DebianRecipe = {
  folder: 'nginx',
  repository: 'library/nginx',
  packages: ['nginx-light'],
  versionOf: 'nginx-light',
  createdBy: 'dpkg --install nginx-light; pages in /usr/share/nginx/html; logs to stdout and stderr # drydock',
  config: {
    Env: [PATH],
    Cmd: ['nginx', '-g', 'daemon off;'],
    ExposedPorts: { '80/tcp': {} },
    StopSignal: 'SIGQUIT',
  },
};
