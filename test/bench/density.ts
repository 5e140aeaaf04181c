// How many containers one guest holds: `busybox sleep` after `busybox sleep` until the guest refuses, what each takes, and how
// the engine feels meanwhile. `npm run bench -- --density`, with `--most N` for fewer.
import type { Drydock } from '../../src/compose/create-drydock.ts';
import { startDrydock } from '../../src/node/start-drydock.ts';
import { bash, callEngine } from './guest-shell.ts';
import { readSamples, timingScript } from './guest-timing.ts';
import { median } from './statistics.ts';

/** Below this the next container might cost a running one its life. */
const SPARE_KB = 24 * 1024;
/** Where `docker ps` has its budget. */
const GOAL = 200;
const PS_BUDGET_MS = 100;
const PS_RUNS = 9;
const TOGETHER = 20;
const ROUNDS = 5;

interface Filled {
  readonly count: number;
  readonly ms: number;
  readonly freeKb: number;
  /** Why there is not one more. */
  readonly limit: string;
}

/** Prints as it goes: the whole takes minutes. */
export async function measureDensity(most: number): Promise<void> {
  const drydock = await startDrydock();
  try {
    await bash(drydock, 'docker pull -q busybox; docker run --rm busybox true');
    await reportTogether(drydock);
    const before = await availableKb(drydock);
    const first = await fill(drydock, Math.min(GOAL, most));
    report(drydock, before, first);
    if (first.count === Math.min(GOAL, most)) await reportPs(drydock, first.count);
    const rest = most > first.count ? await fill(drydock, most - first.count) : undefined;
    const total = first.count + (rest?.count ?? 0);
    console.log(
      `running at once: ${total} (${rest?.limit ?? first.limit}); goal ${GOAL}${total < GOAL ? '  UNDER' : ''}`,
    );
    if (rest !== undefined && rest.count > 0) await reportPs(drydock, total);
    const start = performance.now();
    await removeAll(drydock);
    const ms = performance.now() - start;
    console.log(`removed all ${total}: ${(ms / 1000).toFixed(1)} s, ${(ms / total).toFixed(1)} ms each`);
    console.log(`memory not given back: ${before - (await availableKb(drydock))} KB`);
  } finally {
    await drydock.close();
  }
}

async function fill(drydock: Drydock, most: number): Promise<Filled> {
  const start = performance.now();
  let count = 0;
  let limit = 'as many as were asked for';
  while (count < most) {
    if (count % 10 === 0 && (await availableKb(drydock)) < SPARE_KB) {
      limit = `less than ${SPARE_KB / 1024} MB left`;
      break;
    }
    const refusal = await startOne(drydock).catch((error: unknown) => String(error));
    if (refusal !== undefined) {
      limit = refusal;
      break;
    }
    count++;
  }
  return { count, ms: performance.now() - start, freeKb: await availableKb(drydock), limit };
}

/** @returns the engine's refusal, if any */
async function startOne(drydock: Drydock): Promise<string | undefined> {
  const created = await callEngine(drydock, 'POST', '/containers/create', {
    Image: 'busybox',
    Cmd: ['sleep', '1000000'],
    HostConfig: { NetworkMode: 'none' },
  });
  const { Id, message } = created as { Id?: string; message?: string };
  if (Id === undefined) return message;
  const started = (await callEngine(drydock, 'POST', `/containers/${Id}/start`)) as { message?: string } | undefined;
  return started?.message;
}

/** Twenty at once against twenty one after another, in turns; the first round of each only warms up. */
async function reportTogether(drydock: Drydock): Promise<void> {
  const times = { oneAfterAnother: [] as number[], together: [] as number[] };
  const numbers = Array.from({ length: TOGETHER }, (_, index) => index);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const way of ['oneAfterAnother', 'together'] as const) {
      const start = performance.now();
      const refusals =
        way === 'together'
          ? await Promise.all(numbers.map(() => startOne(drydock)))
          : await inTurn(numbers, () => startOne(drydock));
      const ms = performance.now() - start;
      const refusal = refusals.find((text) => text !== undefined);
      if (refusal !== undefined) throw new Error(`Cannot start ${TOGETHER} containers: ${refusal}`);
      if (round > 0) times[way].push(ms);
      await removeAll(drydock);
    }
  }
  const [one, together] = [median(times.oneAfterAnother), median(times.together)];
  const verdict = `x${(together / one).toFixed(2)}${together > one ? '  OVER' : ''}`;
  console.log(
    `started ${TOGETHER}: one after another ${one.toFixed(0)} ms, together ${together.toFixed(0)} ms (medians of ${ROUNDS}), ${verdict}, budget x1`,
  );
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function report(drydock: Drydock, beforeKb: number, { count, ms, freeKb }: Filled): void {
  const megabytes = Math.round(drydock.machine.runtime.host.memoryBytes / 1024 / 1024);
  console.log(`guest of ${megabytes} MB, ${Math.round(beforeKb / 1024)} MB of them free before the first container`);
  console.log(`started ${count} one after another: ${(ms / 1000).toFixed(1)} s, ${(ms / count).toFixed(1)} ms each`);
  console.log(`memory of each: ${Math.round((beforeKb - freeKb) / count)} KB`);
}

/** As a learner feels it: with the client, in the guest's shell, warm as in the other figures. */
async function reportPs(drydock: Drydock, count: number): Promise<void> {
  const ms = median(readSamples(await bash(drydock, timingScript('docker ps', PS_RUNS))));
  const verdict = count === GOAL ? `, budget ${PS_BUDGET_MS} ms${ms > PS_BUDGET_MS ? '  OVER' : ''}` : '';
  console.log(`docker ps with ${count} running: ${ms.toFixed(1)} ms (median of ${PS_RUNS})${verdict}`);
}

async function removeAll(drydock: Drydock): Promise<void> {
  const containers = (await callEngine(drydock, 'GET', '/containers/json?all=1')) as { Id: string }[];
  for (const { Id } of containers) await callEngine(drydock, 'DELETE', `/containers/${Id}?force=1`);
}

async function availableKb({ machine }: Drydock): Promise<number> {
  const text = new TextDecoder().decode(await machine.runtime.files.read('/proc/meminfo'));
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
}
