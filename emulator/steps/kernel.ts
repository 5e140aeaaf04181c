// The guest's kernel: the distribution's source, our patches, our configuration.
import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { hashTree } from '../lib/file-tree.ts';
import { functionOrder } from '../lib/function-order.ts';
import { CROSS_PREFIX, crossCompilerVersion } from '../lib/host-tools.ts';
import { missingOptions } from '../lib/kernel-config.ts';
import { EMULATOR } from '../lib/paths.ts';
import { run } from '../lib/run.ts';
import type { Step } from '../lib/step.ts';
import { packagesStep } from './packages.ts';

const KERNEL_FOLDER = join(EMULATOR, 'kernel');
const SERIES = '6.1';

export const kernelSource = packagesStep({ name: 'kernel-source', packages: [`linux-source-${SERIES}`] });

/** Half of the source is drivers and processors that no configuration of ours can have; its Kconfig files are needed. */
const NOT_NEEDED = [
  ...[
    'gpu',
    'media',
    'net/ethernet',
    'net/wireless',
    'scsi',
    'staging',
    'infiniband',
    'iio',
    'usb',
    'clk',
    'pinctrl',
  ].map((folder) => `*/drivers/${folder}/*.[ch]`),
  ...['arm', 'arm64', 'mips', 'powerpc', 'm68k', 'sh', 'sparc', 's390', 'riscv'].map(
    (processor) => `*/arch/${processor}/*.[chS]`,
  ),
  ...['*.dts', '*.dtsi', '*/sound/*.[ch]', '*/Documentation/*.rst', '*/tools/testing/*'],
];

const COMPILER_FLAGS = [
  // Macros that a file defines before its headers are a warning where these were parsed before (patches/).
  '-w',
  // For function-order.txt.
  '-ffunction-sections',
  // Padding that a real processor skips in no time is instructions to the emulator, and takes room in its pages.
  ...['-falign-functions=4', '-falign-jumps=1', '-falign-loops=1', '-falign-labels=1'],
];

/**
 * Makes `bzImage`, `config` (the whole configuration), `release` (what `uname -r` says) and `System.map` (the address of each
 * function: a profile of the guest has names by it, and the guest itself carries no table of symbols).
 */
export const kernel: Step = {
  name: 'kernel',
  version: 5,
  needs: [kernelSource],
  inputs: async () => [await hashTree(KERNEL_FOLDER), await crossCompilerVersion()],
  build: async ({ out, work, log, output }) => {
    const archive = join(output(kernelSource), 'tree', 'usr', 'src', `linux-source-${SERIES}.tar.xz`);
    await run('tar', ['-xf', archive, '-C', work, ...NOT_NEEDED.map((pattern) => `--exclude=${pattern}`)], { log });
    const source = join(work, `linux-source-${SERIES}`);
    const patches = join(KERNEL_FOLDER, 'patches');
    for (const patch of (await readdir(patches)).sort())
      await run('patch', ['-p1', '--batch', '-i', join(patches, patch)], { log, cwd: source });

    await writeFile(
      join(source, 'arch/x86/kernel/function-order.lds'),
      functionOrder(await readFile(join(KERNEL_FOLDER, 'function-order.txt'), 'utf8')),
    );

    const built = join(work, 'built');
    const fragment = join(KERNEL_FOLDER, 'drydock.config');
    await mkdir(built);
    const make = (...targets: string[]) =>
      run(
        'make',
        [
          'ARCH=i386',
          `CROSS_COMPILE=${CROSS_PREFIX}`,
          `KCFLAGS=${COMPILER_FLAGS.join(' ')}`,
          `O=${built}`,
          `-j${availableParallelism()}`,
          ...targets,
        ],
        {
          log,
          cwd: source,
          env: {
            KCONFIG_ALLCONFIG: fragment,
            // Nothing of this machine or this hour in the image.
            KBUILD_BUILD_TIMESTAMP: 'Thu Jan  1 00:00:00 UTC 1970',
            KBUILD_BUILD_USER: 'drydock',
            KBUILD_BUILD_HOST: 'drydock',
          },
        },
      );
    await make('allnoconfig');
    const config = await readFile(join(built, '.config'), 'utf8');
    const missing = missingOptions(await readFile(fragment, 'utf8'), config);
    if (missing.length > 0)
      throw new Error(
        `the kernel's dependency rules do not allow these lines of drydock.config: ${missing.join(', ')}`,
      );
    await make('bzImage');
    await copyFile(join(built, 'arch/x86/boot/bzImage'), join(out, 'bzImage'));
    await copyFile(join(built, 'System.map'), join(out, 'System.map'));
    await writeFile(join(out, 'config'), config);
    await copyFile(join(built, 'include/config/kernel.release'), join(out, 'release'));
  },
};
