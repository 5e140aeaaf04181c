// The registry's images: each recipe becomes one OCI image, all of them one tree of plain files.
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { upstreamVersion } from '../lib/deb.ts';
import { hashTree } from '../lib/file-tree.ts';
import { CROSS_GCC, crossCompilerVersion } from '../lib/host-tools.ts';
import type { ImageRecipe } from '../lib/image-recipe.ts';
import { buildImage, registryFiles } from '../lib/oci-image.ts';
import { EMULATOR } from '../lib/paths.ts';
import { run } from '../lib/run.ts';
import type { Step, StepContext } from '../lib/step.ts';
import { tarArchive } from '../lib/tar.ts';
import { IMAGES } from '../images/all-images.ts';
import { packageVersion, packagesStep } from './packages.ts';

const IMAGES_FOLDER = join(EMULATOR, 'images');
/** For images that come from no package: 2025-01-01. */
const OWN_DATE_SECONDS = 1_735_689_600;
const PROGRAM_FLAGS = ['-Os', '-static', '-Wall', '-Wextra', '-Werror', '-s', '-Wl,--build-id=none'];
/** A program that makes its system calls itself is a few hundred bytes; with the C library it is more than half a megabyte. */
const NO_LIBC_FLAGS = [
  '-nostdlib',
  '-ffreestanding',
  '-fno-pie',
  '-no-pie',
  '-fno-asynchronous-unwind-tables',
  '-fno-stack-protector',
  '-Wl,-z,noseparate-code',
];
const LIBC_FLAGS = ['-std=gnu11', '-D_GNU_SOURCE', '-ffunction-sections', '-Wl,--gc-sections'];

const packages = IMAGES.flatMap(({ recipe }) => recipe.packageName ?? []);
export const imagePackages = packagesStep({ name: 'image-packages', packages });

/** Makes `v2/`, the files of the registry. */
export const images: Step = {
  name: 'images',
  version: 2,
  needs: [imagePackages],
  inputs: async () => [
    ...(await Promise.all(IMAGES.map(({ folder }) => hashTree(join(IMAGES_FOLDER, folder))))),
    await crossCompilerVersion(),
  ],
  build: async (context) => {
    const built = [];
    for (const { folder, recipe } of IMAGES)
      built.push(await buildRecipe(join(IMAGES_FOLDER, folder), recipe, context));
    for (const [path, bytes] of registryFiles(built)) {
      const file = join(context.out, 'v2', path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
  },
};

async function buildRecipe(folder: string, recipe: ImageRecipe, context: StepContext) {
  const tree = join(context.output(imagePackages), 'tree');
  let createdSeconds = OWN_DATE_SECONDS;
  let version = recipe.version;
  if (recipe.packageName) {
    version ??= upstreamVersion(await packageVersion(context.output(imagePackages), recipe.packageName));
    // The package's files carry the date of its last change, not of this build.
    createdSeconds = Math.floor(
      (await stat(join(tree, 'usr/share/doc', recipe.packageName, 'copyright'))).mtimeMs / 1000,
    );
  }
  const entries = await recipe.layer({
    fromPackage: (path) => readFile(join(tree, path)),
    own: (path) => readFile(join(folder, path)),
    program: async () => {
      const program = join(context.work, 'program');
      await run(
        CROSS_GCC,
        [
          ...PROGRAM_FLAGS,
          ...(recipe.libc === true ? LIBC_FLAGS : NO_LIBC_FLAGS),
          '-o',
          program,
          join(folder, recipe.program ?? ''),
        ],
        context,
      );
      return readFile(program);
    },
  });
  const { config, createdBy, repository } = recipe;
  const layerTar = tarArchive(entries, createdSeconds);
  const image = buildImage({ layers: [{ tar: layerTar, createdBy }], createdSeconds, config });
  return { repository, tags: ['latest', ...(version ? [version] : [])], image };
}
