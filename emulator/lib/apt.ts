// A private package root for i386: its own lists, status and cache, so that nothing is installed on this machine and the
// machine's own packages do not count.
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatAptSources, readMachineSources } from './apt-sources.ts';
import { retry } from './retry.ts';
import { run } from './run.ts';

export interface Apt {
  /** Downloads packages, with all that they depend on if wanted, into `folder`. Resolves with the bytes fetched. */
  download(packages: readonly string[], withDependencies: boolean, folder: string): Promise<number>;
  /** Downloads the files of a source package into `folder`. Resolves with the bytes fetched. */
  downloadSource(sourcePackage: string, folder: string): Promise<number>;
}

/** apt-get runs one at a time here: the steps share the lists. */
let queue: Promise<unknown> = Promise.resolve();
let updated = false;

export function openApt(cache: string, log: string): Apt {
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };
  const get = async (args: readonly string[], folder: string): Promise<number> => {
    const config = await prepareRoot(cache, log);
    await mkdir(join(folder, 'partial'), { recursive: true });
    const options = [...args, '-o', `Dir::Cache::archives=${folder}`];
    await retry('download packages', () => run('apt-get', options, { log, cwd: folder, env: { APT_CONFIG: config } }));
    return folderBytes(folder);
  };
  return {
    download: (packages, withDependencies, folder) =>
      exclusively(() =>
        withDependencies
          ? get(['install', '-y', '--download-only', '--no-install-recommends', ...packages], folder)
          : get(['download', ...packages], folder),
      ),
    downloadSource: (sourcePackage, folder) =>
      exclusively(() => get(['source', '--download-only', sourcePackage], folder)),
  };
}

async function prepareRoot(cache: string, log: string): Promise<string> {
  const root = join(cache, 'apt');
  const config = join(root, 'apt.conf');
  if (updated) return config;
  for (const folder of ['lists/partial', 'archives/partial', 'sources.list.d', 'preferences.d'])
    await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, 'status'), '');
  await writeFile(join(root, 'sources.list.d', 'debian.sources'), formatAptSources(await readMachineSources()));
  await writeFile(config, configText(root));
  // An index that is being synchronised fails the update; what is needed may well be in the others, or in older lists.
  await retry('update the package lists', () => run('apt-get', ['update'], { log, env: { APT_CONFIG: config } })).catch(
    () => undefined,
  );
  updated = true;
  return config;
}

function configText(root: string): string {
  return `APT::Architecture "i386";
APT::Architectures { "i386"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "2";
Debug::NoLocking "true";
Dir::State "${root}";
Dir::State::lists "${root}/lists";
Dir::State::status "${root}/status";
Dir::Cache "${root}";
Dir::Cache::archives "${root}/archives";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "${root}/sources.list.d";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "${root}/preferences.d";
`;
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => stat(join(folder, entry.name)).then((status) => status.size)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
