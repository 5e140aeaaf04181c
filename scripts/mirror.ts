// `npm run mirror -- IMAGE...`: puts images of any registry beside those that come with the page. A page reaches no registry
// that does not let pages in, and this machine may.
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { IMAGES } from '../emulator/images/all-images.ts';
import { DEBIAN_IMAGES } from '../emulator/images/debian-images.ts';
import { withLock } from '../emulator/lib/lock.ts';
import { CACHE, PUBLIC_REGISTRY, REPOSITORY } from '../emulator/lib/paths.ts';
import { publishRegistry } from '../emulator/lib/publish.ts';
import type { ConfigFile } from '../src/cli/config/config-file.ts';
import { authConfigOf, keyOf } from '../src/cli/registry/auth-config.ts';
import { DrydockError, isDrydockError } from '../src/contracts/errors.ts';
import { credentialsIn } from '../src/engine/image/auth-header.ts';
import { familiarName, parseReference, withDefaultTag } from '../src/engine/registry/reference.ts';
import type { Reference } from '../src/engine/registry/reference.ts';
import { mirrorImage } from '../src/node/mirror/mirror-image.ts';
import { mirrorTarget, pageName } from '../src/node/mirror/mirror-target.ts';
import type { MirrorTarget } from '../src/node/mirror/mirror-target.ts';
import { RegistryTree } from '../src/node/mirror/registry-tree.ts';
import { assembleSite } from './assemble-site.ts';

const HELP = `Usage:  npm run mirror -- [OPTIONS] IMAGE...

Copy linux/386 images from their registries into the page's own

Options:
      --as NAME[:TAG]   Another name for the page to pull it by (one IMAGE only)
      --to FOLDER       The registry's folder (default: public/v2 of this checkout)
      --help            Print this

A password is taken from where "docker login" keeps it (config.json; no credential helpers).
`;

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { as: { type: 'string' }, to: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help || positionals.length === 0) {
    (values.help ? process.stdout : process.stderr).write(HELP);
    return values.help ? 0 : 1;
  }
  if (values.as !== undefined && positionals.length > 1) throw new Error('--as is for one image');
  const folder = values.to === undefined ? PUBLIC_REGISTRY : resolve(values.to);
  const jobs = positionals.map((name) => jobOf(name, values.as, folder));
  // The guest's build writes to the page's own registry too.
  const lock = folder === PUBLIC_REGISTRY ? join(CACHE, 'lock') : join(folder, '.lock');
  await Promise.all([mkdir(folder, { recursive: true }), mkdir(CACHE, { recursive: true })]);
  const onWait = (holder: number): void => console.log(`process ${holder} is writing there: waiting for it`);
  return withLock(lock, onWait, () => mirrorAll(jobs, folder));
}

interface Job {
  readonly reference: Reference;
  readonly target: MirrorTarget;
}

/** @throws DrydockError for a name that cannot be, before anything is done */
function jobOf(name: string, as: string | undefined, folder: string): Job {
  const reference = withDefaultTag(parsed(name));
  const target = mirrorTarget(reference, as);
  const built = [...IMAGES.map(({ recipe }) => recipe), ...DEBIAN_IMAGES].map(({ repository }) => repository);
  if (folder !== PUBLIC_REGISTRY || !built.includes(target.repository)) return { reference, target };
  throw new DrydockError(
    'conflict',
    `Cannot mirror ${name}: "npm run guest" makes an image of that name, and would remove the copy. ` +
      `Give it another name: --as mirror/${familiarName(reference).split('/').at(-1)}`,
  );
}

function parsed(name: string): Reference {
  try {
    return parseReference(name);
  } catch (error) {
    throw isDrydockError(error) ? new DrydockError(error.code, `Cannot mirror "${name}": ${error.message}`) : error;
  }
}

async function mirrorAll(jobs: readonly Job[], folder: string): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const config = await readLogins();
  const tree = await RegistryTree.open(folder);
  let copied = 0;
  try {
    for (const { reference, target } of jobs) {
      if (interrupted.signal.aborted) break;
      const credentials = credentialsIn(authConfigOf(config, keyOf(reference.domain)));
      const report = (line: string): void => console.log(line);
      try {
        await mirrorImage({ reference, target, tree, fetch, credentials, signal: interrupted.signal, report });
        report(`  in the page: docker pull ${pageName(target, reference)}`);
        copied++;
      } catch (error) {
        // The others may be there.
        if (!isDrydockError(error)) throw error;
        console.error(error.message);
      }
    }
  } finally {
    await tree.close();
  }
  if (copied > 0) await announce(folder);
  if (interrupted.signal.aborted) return 130;
  return copied === jobs.length ? 0 : 1;
}

/** Lists the repositories, and puts what came beside the built page, if there is one. */
async function announce(folder: string): Promise<void> {
  await publishRegistry([], folder);
  const site = join(REPOSITORY, 'dist/site');
  if (folder === PUBLIC_REGISTRY && existsSync(site)) assembleSite(join(REPOSITORY, 'public'), site);
}

/** Docker's own: nobody should have to type a password twice. @throws Error when the file is there and is not JSON */
async function readLogins(): Promise<ConfigFile> {
  const path = join(process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return {};
  }
  try {
    return JSON.parse(text) as ConfigFile;
  } catch (cause) {
    throw new Error(`Cannot read the logins in ${path}: it is not JSON`, { cause });
  }
}
