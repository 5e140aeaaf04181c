// The C programs that we write for the guest: each is a folder with a Makefile that makes one static i386 program.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { hashTree } from '../lib/file-tree.ts';
import { CROSS_PREFIX, crossCompilerVersion } from '../lib/host-tools.ts';
import { EMULATOR } from '../lib/paths.ts';
import { run } from '../lib/run.ts';
import type { Step } from '../lib/step.ts';
import { crun } from './crun.ts';

export interface ProgramOptions {
  /** Name of the program and of the step. */
  readonly name: string;
  /** Below emulator/. */
  readonly folder: string;
  /** The Makefile gets LIBCRUN=<folder with include/ and lib/>. */
  readonly libcrun?: boolean;
}

/** Makes one file, named as the program, stripped. */
export function programStep({ name, folder, libcrun = false }: ProgramOptions): Step {
  // A program may include another's header, so all C below emulator/ counts.
  const isSource = (path: string) => /(\.[ch]|\.mk|Makefile)$/.test(path) && !path.includes('.test.');
  return {
    name,
    version: 1,
    needs: libcrun ? [crun] : [],
    inputs: async () => [folder, await hashTree(EMULATOR, isSource), await crossCompilerVersion()],
    build: async ({ out, log, output }) => {
      const source = join(EMULATOR, folder);
      await access(join(source, 'Makefile')).catch(() => {
        throw new Error(`emulator/${folder}/ has no Makefile yet (\`--without ${name}\` builds a guest without it)`);
      });
      const library = libcrun ? [`LIBCRUN=${output(crun)}`] : [];
      await run('make', ['-C', source, `CC=${CROSS_PREFIX}gcc`, `OUT=${out}`, ...library], { log });
      await run(`${CROSS_PREFIX}strip`, [join(out, name)], { log });
    },
  };
}

export const init = programStep({ name: 'init', folder: 'init' });

/** Programs of the root file system, and where they go. */
export const ROOT_PROGRAMS: readonly { readonly step: Step; readonly path: string }[] = [
  { step: programStep({ name: 'drydock-agent', folder: 'agent' }), path: 'usr/sbin/drydock-agent' },
  { step: programStep({ name: 'docker', folder: 'stub' }), path: 'usr/bin/docker' },
  { step: programStep({ name: 'docker-init', folder: 'docker-init' }), path: 'usr/bin/docker-init' },
  { step: programStep({ name: 'docker-proxy', folder: 'docker-proxy' }), path: 'usr/bin/docker-proxy' },
  { step: programStep({ name: 'drydock-shim', folder: 'shim', libcrun: true }), path: 'usr/bin/drydock-shim' },
  { step: programStep({ name: 'drydock-tree', folder: 'tree' }), path: 'usr/bin/drydock-tree' },
];
