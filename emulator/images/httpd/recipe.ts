// httpd: Apache, the other web server of the tutorials. Only the server's own package, with the paths of the official image.
import { PATH } from '../../lib/debian-recipe.ts';
import type { DebianRecipe } from '../../lib/debian-recipe.ts';

export const httpd: DebianRecipe = {
  folder: 'httpd',
  repository: 'library/httpd',
  packages: ['apache2-bin', 'media-types'],
  versionOf: 'apache2-bin',
  tags: ['2.4'],
  createdBy: 'dpkg --install apache2-bin; configuration and pages in /usr/local/apache2 # drydock',
  config: {
    Env: ['HTTPD_PREFIX=/usr/local/apache2', PATH.replace('PATH=', 'PATH=/usr/local/apache2/bin:')],
    Cmd: ['httpd-foreground'],
    WorkingDir: '/usr/local/apache2',
    ExposedPorts: { '80/tcp': {} },
    StopSignal: 'SIGWINCH',
  },
};
