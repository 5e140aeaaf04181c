// Runs steps in the order of their needs, takes from the cache what is there, and reports one line a step.
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheKey, outputIdentity } from './cache-key.ts';
import { formatBytes } from './format.ts';
import type { Step } from './step.ts';

export interface RunStepsOptions {
  readonly cache: string;
  /** Names of steps to make again although they are cached. */
  readonly refresh: ReadonlySet<string>;
  readonly report: (line: string) => void;
}

interface Done {
  readonly directory: string;
  /** See outputIdentity. */
  readonly identity: string;
}

const DONE_FILE = 'done.json';
/** Older outputs of a step that are kept: switching between two branches must not rebuild the kernel. */
const KEPT_OUTPUTS = 3;

/** Where each step's output is. Steps that do not need each other run side by side. */
export async function runSteps(steps: readonly Step[], options: RunStepsOptions): Promise<Map<Step, string>> {
  const running = new Map<Step, Promise<Done>>();
  const start = (step: Step): Promise<Done> => {
    let done = running.get(step);
    if (!done) {
      // Read now, not when its turn comes: a file may be edited while the kernel compiles.
      const inputs = step.inputs();
      done = Promise.all(step.needs.map(start)).then(async (upstream) =>
        runStep(step, await inputs, upstream, options),
      );
      inputs.catch(() => undefined);
      running.set(step, done);
    }
    return done;
  };
  steps.forEach(start);
  // All of them, also when one fails: the lock must not be given up while another still writes to the cache.
  const results = await Promise.allSettled(running.values());
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  const outputs = new Map<Step, string>();
  for (const [step, done] of running) outputs.set(step, (await done).directory);
  return outputs;
}

async function runStep(
  step: Step,
  inputs: readonly string[],
  upstream: readonly Done[],
  options: RunStepsOptions,
): Promise<Done> {
  const key = cacheKey({
    step: step.name,
    version: step.version,
    inputs,
    upstream: upstream.map((done) => done.identity),
  });
  const folder = join(options.cache, step.name);
  const directory = join(folder, key);
  const cached = options.refresh.has(step.name) ? undefined : await readDone(directory);
  if (cached !== undefined) {
    await utimes(directory, new Date(), new Date());
    options.report(`${step.name.padEnd(18)} cached`);
    return { directory, identity: cached };
  }

  const startMs = performance.now();
  const partial = `${directory}.partial`;
  const work = `${directory}.work`;
  const log = join(options.cache, 'logs', `${step.name}.log`);
  let fetchedBytes = 0;
  let resolved = '';
  for (const path of [partial, work]) {
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
  }
  await mkdir(join(options.cache, 'logs'), { recursive: true });
  await writeFile(log, '');
  try {
    await step.build({
      out: partial,
      work,
      cache: options.cache,
      log,
      output: (needed) => outputOf(step, upstream, needed),
      fetched: (bytes) => (fetchedBytes += bytes),
      resolved: (text) => (resolved += text),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // Said at once: the steps beside this one may go on for minutes.
    options.report(`${step.name.padEnd(18)} failed`);
    throw new Error(`Cannot build ${step.name}: ${reason}`, { cause: error });
  }
  const identity = outputIdentity(key, resolved);
  await writeFile(join(partial, DONE_FILE), JSON.stringify({ identity }));
  await rm(directory, { recursive: true, force: true });
  await rename(partial, directory);
  await rm(work, { recursive: true, force: true });
  await dropOldOutputs(folder);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  options.report(
    `${step.name.padEnd(18)} ${seconds.padStart(6)} s${fetchedBytes ? `  fetched ${formatBytes(fetchedBytes)}` : ''}`,
  );
  return { directory, identity };
}

function outputOf(step: Step, upstream: readonly Done[], needed: Step): string {
  const done = upstream[step.needs.indexOf(needed)];
  if (!done) throw new Error(`${step.name} does not name ${needed.name} in its needs`);
  return done.directory;
}

async function readDone(directory: string): Promise<string | undefined> {
  const text = await readFile(join(directory, DONE_FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { identity: string }).identity;
}

async function dropOldOutputs(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{20}$/.test(name));
  const dated = await Promise.all(
    names.map(async (name) => ({ name, timeMs: (await stat(join(folder, name))).mtimeMs })),
  );
  const old = dated.sort((a, b) => b.timeMs - a.timeMs).slice(KEPT_OUTPUTS);
  for (const { name } of old) await rm(join(folder, name), { recursive: true, force: true });
}
