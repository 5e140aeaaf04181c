// The tools that the build runs on this machine, and the Debian packages that have them.
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { capture, run } from './run.ts';
import { retry } from './retry.ts';

/** A program on the PATH, or an absolute path, and the package to install when it is missing. */
const TOOLS: readonly (readonly [tool: string, debianPackage: string])[] = [
  ['gcc', 'gcc'],
  ['/usr/include/stdio.h', 'libc6-dev'],
  ['i686-linux-gnu-gcc', 'gcc-i686-linux-gnu'],
  ['/usr/i686-linux-gnu/lib/libc.a', 'libc6-dev-i386-cross'],
  ['make', 'make'],
  ['flex', 'flex'],
  ['bison', 'bison'],
  ['bc', 'bc'],
  ['lz4', 'lz4'],
  ['xz', 'xz-utils'],
  ['zstd', 'zstd'],
  ['tar', 'tar'],
  ['patch', 'patch'],
  ['perl', 'perl'],
  ['python3', 'python3'],
  ['pkg-config', 'pkg-config'],
  ['dpkg-source', 'dpkg-dev'],
  ['mkfs.erofs', 'erofs-utils'],
  ['mmdebstrap', 'mmdebstrap'],
  ['arch-test', 'arch-test'],
  ['unshare', 'util-linux'],
];

export const CROSS_PREFIX = 'i686-linux-gnu-';
export const CROSS_GCC = `${CROSS_PREFIX}gcc`;

/** Installs what is missing when run as root. @throws Error naming the packages and the command otherwise */
export async function ensureHostTools(log: string, report: (line: string) => void): Promise<void> {
  const missing: string[] = [];
  for (const [tool, debianPackage] of TOOLS) if (!(await exists(tool))) missing.push(debianPackage);
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !(await exists('apt-get')))
    throw new Error(
      `This machine lacks tools of the guest build. Install them with:\n  sudo ${command}\n(package names of Debian 12)`,
    );
  report(`installing ${missing.join(' ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await retry('install the build tools', async () => {
    // An index that is being synchronised fails the update; the others may be enough.
    await run('apt-get', ['update'], { log }).catch(() => undefined);
    await run('apt-get', command.split(' ').slice(1), { log, env });
  });
}

/** For cache keys: the same sources give other bytes with another compiler. */
export async function crossCompilerVersion(): Promise<string> {
  return (await capture(CROSS_GCC, ['-dumpfullversion'])).trim();
}

async function exists(tool: string): Promise<boolean> {
  const candidates = isAbsolute(tool) ? [tool] : SEARCH_PATH.map((folder) => join(folder, tool));
  for (const path of candidates) {
    const found = await access(path, isAbsolute(tool) ? constants.R_OK : constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

const SEARCH_PATH = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
