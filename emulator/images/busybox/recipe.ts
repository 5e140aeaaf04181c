// busybox: the smallest image with a shell. One static program under all its names, and the folders that programs expect.
import type { ImageRecipe } from '../../lib/image-recipe.ts';
import type { TarEntry } from '../../lib/tar.ts';

const FOLDERS: readonly (readonly [path: string, mode: number, uid?: number, gid?: number])[] = [
  ['bin', 0o755],
  ['dev', 0o755],
  ['etc', 0o755],
  ['home', 0o755, 65534, 65534],
  ['root', 0o700],
  ['tmp', 0o1777],
  ['usr', 0o755],
  ['usr/sbin', 0o755, 1, 1],
  ['var', 0o755],
  ['var/spool', 0o755],
  ['var/spool/mail', 0o755, 8, 8],
  ['var/www', 0o755, 33, 33],
];

export const busybox: ImageRecipe = {
  repository: 'library/busybox',
  packageName: 'busybox-static',
  config: {
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    Cmd: ['sh'],
  },
  createdBy: 'COPY busybox and its names into /bin # drydock, from the package busybox-static',
  layer: async ({ fromPackage, own }) => {
    const program = await fromPackage('bin/busybox');
    const applets = Buffer.from(await own('applets.txt'))
      .toString()
      .split('\n')
      .filter(Boolean);
    const [first = 'busybox', ...others] = ['busybox', ...applets.filter((name) => name !== 'busybox')];
    for (const name of others)
      if (!Buffer.from(program).includes(`\0${name}\0`))
        throw new Error(`busybox has no applet "${name}": correct applets.txt`);
    const folders = FOLDERS.map(([path, mode, uid = 0, gid = 0]): TarEntry => ({
      path,
      type: 'directory',
      mode,
      uid,
      gid,
    }));
    const files = ['passwd', 'group', 'shadow', 'nsswitch.conf'].map(async (name): Promise<TarEntry> => {
      const mode = name === 'shadow' ? 0o640 : 0o644;
      return { path: `etc/${name}`, type: 'file', mode, data: await own(`etc/${name}`) };
    });
    return [
      ...folders,
      { path: `bin/${first}`, type: 'file', mode: 0o755, data: program },
      ...others.map((name): TarEntry => ({
        path: `bin/${name}`,
        type: 'hardlink',
        mode: 0o755,
        target: `bin/${first}`,
      })),
      ...(await Promise.all(files)),
      { path: 'usr/bin', type: 'directory', mode: 0o755 },
      { path: 'usr/bin/env', type: 'symlink', mode: 0o777, target: '../../bin/env' },
    ];
  },
};
