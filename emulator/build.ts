// `npm run guest`: makes everything that the page emulates (kernel, first process, root image, registry images), from the
// distribution's packages. See README.md for the steps and the cache.
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureHostTools } from './lib/host-tools.ts';
import { withLock } from './lib/lock.ts';
import { CACHE, PUBLIC_GUEST, PUBLIC_REGISTRY } from './lib/paths.ts';
import { publish, publishRegistry } from './lib/publish.ts';
import { runSteps } from './lib/run-steps.ts';
import { createSteps } from './steps/all-steps.ts';

const { values } = parseArgs({
  options: {
    // Look for newer packages (userland, kernel-source ...), or make a step again.
    refresh: { type: 'string', multiple: true, default: [] },
    // Leave out one of our own programs, while its sources are not there.
    without: { type: 'string', multiple: true, default: [] },
    // Also the images that are a Debian with packages: a minute more.
    curated: { type: 'boolean', default: false },
  },
});

const report = (line: string) => console.log(line);
const startMs = performance.now();

try {
  await mkdir(CACHE, { recursive: true });
  const onWait = (holder: number) => report(`another guest build (process ${holder}) is running: waiting for it`);
  await withLock(join(CACHE, 'lock'), onWait, buildGuest);
  report(`guest ready in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function buildGuest(): Promise<void> {
  await mkdir(join(CACHE, 'logs'), { recursive: true });
  await ensureHostTools(join(CACHE, 'logs', 'host-tools.log'), report);
  const { steps, published, libcrun } = createSteps(new Set(values.without), values.curated);
  const outputs = await runSteps(steps, { cache: CACHE, refresh: new Set(values.refresh), report });
  const of = (step: (typeof steps)[number]) => outputs.get(step) ?? '';
  await publish(of(published.guest), PUBLIC_GUEST, new Set(['done.json', 'snapshot.bin.json']));
  await publishRegistry(
    published.images.map((step) => join(of(step), 'v2')),
    PUBLIC_REGISTRY,
  );
  await rm(join(CACHE, 'libcrun'), { force: true });
  await symlink(of(libcrun), join(CACHE, 'libcrun'));
}
