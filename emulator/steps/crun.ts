// crun, static, from the distribution's source: the OCI runtime as a program, and as the library that the shim links.
import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { openApt } from '../lib/apt.ts';
import type { PackageRecord } from '../lib/deb.ts';
import { licenceOf } from '../lib/deb.ts';
import { hashFile } from '../lib/file-tree.ts';
import { CROSS_PREFIX, crossCompilerVersion } from '../lib/host-tools.ts';
import { run } from '../lib/run.ts';
import type { Step } from '../lib/step.ts';
import { packagesStep } from './packages.ts';

const LIBRARY_FOLDER = 'usr/lib/i386-linux-gnu';
const FLAGS = ['--disable-systemd', '--disable-criu', '--disable-dl', '--disable-shared', '--enable-static'];

const crunLibraries = packagesStep({
  name: 'crun-libraries',
  packages: ['libyajl-dev', 'libseccomp-dev', 'libcap-dev'],
});

/**
 * Makes `crun`, `include/`, `lib/` (libcrun.a, which holds libocispec, and the static libraries it needs), `libcrun.env`
 * (flags for shell scripts) and `packages.json`.
 */
export const crun: Step = {
  name: 'crun',
  version: 2,
  needs: [crunLibraries],
  inputs: async () => [...FLAGS, await crossCompilerVersion()],
  build: async ({ out, work, cache, log, output, fetched, resolved }) => {
    const downloads = join(work, 'downloads');
    await mkdir(downloads);
    fetched(await openApt(cache, log).downloadSource('crun', downloads));
    const files = (await readdir(downloads)).filter((name) => name !== 'partial').sort();
    const description = files.find((name) => name.endsWith('.dsc')) ?? 'crun.dsc';
    await run('dpkg-source', ['--no-check', '-x', join(downloads, description), join(work, 'source')], { log });
    const source = join(work, 'source');
    const libraries = join(output(crunLibraries), 'tree');

    await configure(source, libraries, work, log);
    const make = (...args: string[]) => run('make', [`-j${availableParallelism()}`, ...args], { log, cwd: source });
    await make('generate-signals.c', 'generate-mount_flags.c');
    await make(`LDFLAGS=-L${join(work, 'lib')} -all-static`);

    await run(`${CROSS_PREFIX}strip`, ['-o', join(out, 'crun'), join(source, 'crun')], { log });
    await collectLibrary(source, libraries, out);
    const record: PackageRecord = {
      name: 'crun',
      version: basename(description, '.dsc').replace('crun_', ''),
      architecture: 'source',
      source: `crun ${basename(description, '.dsc').replace('crun_', '')}`,
      files: await Promise.all(files.map(async (name) => ({ name, sha256: await hashFile(join(downloads, name)) }))),
      licence: licenceOf(await readFile(join(source, 'debian/copyright'), 'utf8'), 'debian/copyright'),
    };
    await writeFile(join(out, 'packages.json'), JSON.stringify([record], null, 1));
    resolved(record.version);
  },
};

async function configure(source: string, libraries: string, work: string, log: string): Promise<void> {
  // Newer than what they are made from, else make wants the very autotools that the release was made with.
  for (const name of ['aclocal.m4', 'config.h.in', 'Makefile.in', 'configure'])
    await run('find', ['.', '-name', name, '-exec', 'touch', '{}', '+'], { log, cwd: source });
  await copyLibraries(libraries, join(work, 'lib'));
  await run(
    './configure',
    [
      '--host=i686-linux-gnu',
      ...FLAGS,
      // The compiler's default is position-independent code; there is more of that, and a static program has no use for it.
      'CFLAGS=-O2 -fno-pie',
      `CPPFLAGS=-I${join(libraries, 'usr/include')}`,
      `LDFLAGS=-L${join(work, 'lib')} -static`,
    ],
    {
      log,
      cwd: source,
      env: { PKG_CONFIG_LIBDIR: join(libraries, LIBRARY_FOLDER, 'pkgconfig'), PKG_CONFIG_SYSROOT_DIR: libraries },
    },
  );
}

async function copyLibraries(libraries: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of ['libseccomp.a', 'libcap.a'])
    await copyFile(join(libraries, LIBRARY_FOLDER, name), join(to, name));
  // The distribution names the static one apart; configure looks for the plain name.
  await copyFile(join(libraries, LIBRARY_FOLDER, 'libyajl_s.a'), join(to, 'libyajl.a'));
}

async function collectLibrary(source: string, libraries: string, out: string): Promise<void> {
  const include = join(out, 'include');
  const headersFrom = async (from: string, to: string) => {
    await mkdir(to, { recursive: true });
    const names = (await readdir(from)).filter((name) => name.endsWith('.h'));
    for (const name of names) await copyFile(join(from, name), join(to, name));
  };
  await headersFrom(join(source, 'src/libcrun'), join(include, 'libcrun'));
  await headersFrom(join(source, 'libocispec/src/ocispec'), join(include, 'ocispec'));
  await headersFrom(join(libraries, 'usr/include'), include);
  await headersFrom(join(libraries, 'usr/include/yajl'), join(include, 'yajl'));
  await headersFrom(join(libraries, 'usr/include/sys'), join(include, 'sys'));
  await copyFile(join(source, 'config.h'), join(include, 'config.h'));
  await copyLibraries(libraries, join(out, 'lib'));
  await copyFile(join(source, '.libs/libcrun.a'), join(out, 'lib/libcrun.a'));
  await writeFile(
    join(out, 'libcrun.env'),
    `# To be sourced with LIBCRUN set to this folder.
LIBCRUN_CFLAGS="-isystem $LIBCRUN/include"
LIBCRUN_LIBS="-L$LIBCRUN/lib ${LIBCRUN_LIBS.join(' ')}"
`,
  );
}

export const LIBCRUN_LIBS = ['-lcrun', '-lyajl', '-lseccomp', '-lcap', '-lm'];
