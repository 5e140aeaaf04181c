// The curated images that are a Debian with packages: one step for the root file system that they share, one for each image.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openApt } from '../lib/apt.ts';
import { readMachineSources } from '../lib/apt-sources.ts';
import { capture, run } from '../lib/run.ts';
import { hashTree } from '../lib/file-tree.ts';
import type { DebianRecipe } from '../lib/debian-recipe.ts';
import { buildImage, registryFiles } from '../lib/oci-image.ts';
import type { LayerSource } from '../lib/oci-image.ts';
import { EMULATOR } from '../lib/paths.ts';
import { upstreamVersion } from '../lib/deb.ts';
import type { Step, StepContext } from '../lib/step.ts';
import { tarDifference } from '../lib/tar-difference.ts';
import { DEBIAN, DEBIAN_IMAGES } from '../images/debian-images.ts';

const IMAGES_FOLDER = join(EMULATOR, 'images');
/** Of what the build itself makes: 2025-01-01. Packages' files keep their own dates. */
const DATE_SECONDS = 1_735_689_600;
const SUITE = 'bookworm';
/** Documents stay on the build machine; the licences' own texts come along. */
const LEFT_OUT = ['/usr/share/man/*', '/usr/share/info/*', '/usr/share/locale/*', '/usr/share/doc/*'];
const TAKEN_ALONG = ['/usr/share/doc/*/copyright', '/usr/share/locale/locale.alias'];

/** Makes `root.tar`, the layer that all images share, and `versions`, what is installed in it. */
const debianRoot: Step = {
  name: 'debian-root',
  version: 1,
  needs: [],
  inputs: async () => [...DEBIAN.packages, await readFile(ADD_PACKAGES, 'utf8')],
  build: async (context) => {
    const bootstrapped = join(context.work, 'bootstrapped.tar');
    await bootstrap(bootstrapped, context);
    await mkdir(join(context.work, 'debs'));
    await addPackages(bootstrapped, DEBIAN.folder, join(context.out, 'root.tar'), context);
    const status = await capture('tar', ['-xOf', join(context.out, 'root.tar'), './var/lib/dpkg/status']);
    const installed = [...status.matchAll(/^Package: (.*)\n(?:.+\n)*?Version: (.*)$/gm)];
    const lines = installed.map(([, name = '', version = '']) => `${name} ${version}`).sort();
    await writeFile(join(context.out, 'versions'), lines.join('\n'));
    context.resolved(lines.join('\n'));
  },
};

/** A step for each image: makes `v2/`, its files of the registry. */
export const debianImages: readonly { readonly recipe: DebianRecipe; readonly step: Step }[] = DEBIAN_IMAGES.map(
  (recipe) => ({
    recipe,
    step: {
      name: `image-${recipe.folder}`,
      version: 1,
      needs: [debianRoot],
      inputs: async () => [await hashTree(join(IMAGES_FOLDER, recipe.folder)), await readFile(ADD_PACKAGES, 'utf8')],
      build: (context) => buildDebianImage(recipe, context),
    },
  }),
);

const ADD_PACKAGES = join(IMAGES_FOLDER, 'add-packages.sh');

async function buildDebianImage(recipe: DebianRecipe, context: StepContext): Promise<void> {
  const rootTar = join(context.output(debianRoot), 'root.tar');
  const root = await readFile(rootTar);
  const layers: LayerSource[] = [{ tar: root, createdBy: DEBIAN.createdBy }];
  const base = await readFile(join(context.output(debianRoot), 'versions'), 'utf8');
  let versions = base;
  if (recipe !== DEBIAN) {
    const debs = join(context.work, 'debs');
    await mkdir(debs);
    context.fetched(await openApt(context.cache, context.log).download(recipe.packages, true, debs));
    versions = await dropInstalled(debs, new Set(base.split('\n')));
    const upper = join(context.work, 'upper.tar');
    await addPackages(rootTar, recipe.folder, upper, context);
    layers.push({ tar: tarDifference(root, await readFile(upper), DATE_SECONDS), createdBy: recipe.createdBy });
  }
  const version = new RegExp(`^${recipe.versionOf} (\\S+)$`, 'm').exec(versions)?.[1];
  if (version === undefined) throw new Error(`${recipe.repository} has no package ${recipe.versionOf}`);
  context.resolved(versions);
  const image = buildImage({ layers, createdSeconds: DATE_SECONDS, config: recipe.config });
  const tags = ['latest', upstreamVersion(version), ...(recipe.tags ?? [])];
  for (const [path, bytes] of registryFiles([{ repository: recipe.repository, tags, image }])) {
    const file = join(context.out, 'v2', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
}

/** With the mirrors of this machine; if one of them is half way through a synchronisation, with the first, which is complete. */
async function bootstrap(out: string, { log }: StepContext): Promise<void> {
  const sources = await readMachineSources();
  const lines = sources.flatMap(({ uris, suites }) => suites.map((suite) => `deb ${uris} ${suite} main`));
  const own = lines.filter((line) => line.split(' ').includes(SUITE));
  const options = [
    '--variant=minbase',
    '--architectures=i386',
    '--format=tar',
    // /bin and /lib are links into /usr from the start: the package that makes them so later would bring Perl.
    '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
    `--include=${['usr-is-merged', ...DEBIAN.packages].join(',')}`,
    ...LEFT_OUT.map((path) => `--dpkgopt=path-exclude=${path}`),
    ...TAKEN_ALONG.map((path) => `--dpkgopt=path-include=${path}`),
    '--aptopt=Acquire::Languages "none"',
    SUITE,
    out,
  ];
  const env = { SOURCE_DATE_EPOCH: String(DATE_SECONDS) };
  try {
    await run('mmdebstrap', [...options, ...lines], { log, env });
  } catch {
    await rm(out, { force: true });
    await run('mmdebstrap', [...options, ...own], { log, env });
  }
}

/** As root of namespaces of its own: nothing that it mounts outlives it. */
async function addPackages(base: string, recipe: string, out: string, { work, log }: StepContext): Promise<void> {
  const identity = process.getuid?.() === 0 ? [] : ['--map-root-user', '--map-auto'];
  const script = [ADD_PACKAGES, base, join(work, 'debs'), join(IMAGES_FOLDER, recipe), work, out, String(DATE_SECONDS)];
  await run('unshare', [...identity, '--mount', '--pid', '--fork', 'sh', ...script], { log });
}

/** @param installed lines `NAME VERSION`. @returns such lines of the packages that are left in the folder */
async function dropInstalled(debs: string, installed: ReadonlySet<string>): Promise<string> {
  const left: string[] = [];
  for (const file of (await readdir(debs)).filter((name) => name.endsWith('.deb')).sort()) {
    const fields = await capture('dpkg-deb', ['-f', join(debs, file), 'Package', 'Version']);
    const [, name = '', version = ''] = /^Package: (.*)\nVersion: (.*)$/m.exec(fields) ?? [];
    if (installed.has(`${name} ${version}`)) await rm(join(debs, file));
    else left.push(`${name} ${version}`);
  }
  await rm(join(debs, 'partial'), { recursive: true, force: true });
  return left.join('\n');
}
