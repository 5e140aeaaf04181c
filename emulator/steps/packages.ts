// Steps that bring packages of the distribution into the cache, unpacked: `tree/` and `packages.json`.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openApt } from '../lib/apt.ts';
import type { PackageRecord } from '../lib/deb.ts';
import { unpackDebs, versionLines } from '../lib/deb.ts';
import type { Step } from '../lib/step.ts';

export interface PackagesStepOptions {
  readonly name: string;
  readonly packages: readonly string[];
  /** Also all that they depend on. */
  readonly withDependencies?: boolean;
  /** Packages that come as dependencies but are of no use here. */
  readonly without?: readonly string[];
}

export function packagesStep(options: PackagesStepOptions): Step {
  const { name, packages, withDependencies = false, without = [] } = options;
  return {
    name,
    version: 1,
    needs: [],
    // Not the versions: a warm cache must not need the network. `--refresh` looks for newer ones.
    inputs: async () => [...packages, withDependencies ? 'closure' : 'alone', ...without],
    build: async ({ out, work, cache, log, fetched, resolved }) => {
      const debs = join(work, 'debs');
      await mkdir(debs);
      fetched(await openApt(cache, log).download(packages, withDependencies, debs));
      const tree = join(out, 'tree');
      await mkdir(tree);
      const records = await unpackDebs(debs, tree, new Set(without), log);
      await writeFile(join(out, 'packages.json'), JSON.stringify(records, null, 1));
      resolved(versionLines(records));
    },
  };
}

/** The records of a packages step's output folder. */
export async function readPackages(directory: string): Promise<PackageRecord[]> {
  return JSON.parse(await readFile(join(directory, 'packages.json'), 'utf8')) as PackageRecord[];
}

export async function packageVersion(directory: string, name: string): Promise<string> {
  const found = (await readPackages(directory)).find((record) => record.name === name);
  if (!found) throw new Error(`no package ${name} in ${directory}`);
  return found.version;
}
