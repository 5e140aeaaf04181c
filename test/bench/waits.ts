// What somebody who types waits for while a command runs; and which of it falls into the time when its layer was unpacked.
import type { Page, Worker } from 'playwright-core';
import type { Terminal } from '../support/browser.ts';
import { echo, watchGaps } from './page-delays.ts';
import type { Wait } from './page-delays.ts';

/** On each thread, and of the keys. */
export interface Waits {
  readonly worker: readonly Wait[];
  readonly page: readonly Wait[];
  readonly keys: readonly Wait[];
}

export function longest(waits: readonly Wait[]): number {
  return Math.max(0, ...waits.map(({ ms }) => ms));
}

/** Those that were not over at that moment. */
export function since(momentMs: number, waits: readonly Wait[]): Wait[] {
  return waits.filter(({ atMs, ms }) => atMs + ms > momentMs);
}

let lastCommand = 0;

/** Somebody types until the command has ended. */
export async function waitsDuring(page: Page, terminal: Terminal, command: string): Promise<Waits> {
  // On a line of its own, since the keys that were typed stand before it; and not what the one before printed.
  const name = `ended${++lastCommand}`;
  await terminal.enter(`clear; ${command}; printf '\\n${name} %s\\n' "$?"`);
  const waits = await whileTyping(page, async () => !new RegExp(`^${name} \\d+$`, 'm').test(await terminal.text()));
  await terminal.press('Control+c');
  return waits;
}

export async function waitsAtRest(page: Page, terminal: Terminal, keys: number): Promise<Waits> {
  await terminal.press('#');
  let left = keys;
  const waits = await whileTyping(page, async () => left-- > 0);
  await terminal.press('Control+c');
  return waits;
}

/** Each key when the one before is on the screen. */
async function whileTyping(page: Page, goOn: () => Promise<boolean>): Promise<Waits> {
  const stop = await watchGaps(page);
  const keys: Wait[] = [];
  while (await goOn()) keys.push(await echo(page, 'x'));
  return { ...(await stop()), keys };
}

/** Before a command that `layerAskedForAtMs` is to tell of. */
export async function forgetRequests(page: Page): Promise<void> {
  await workerOf(page).evaluate(() => performance.clearResourceTimings());
}

/** When the largest blob was asked for: from then on it is downloaded, hashed and inflated. */
export async function layerAskedForAtMs(page: Page): Promise<number> {
  const askedAtMs = await workerOf(page).evaluate(() => {
    const requests = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const blobs = requests.filter(({ name }) => name.includes('/blobs/sha256:'));
    const [layer] = blobs.sort((one, other) => other.encodedBodySize - one.encodedBodySize);
    return layer === undefined ? undefined : performance.timeOrigin + layer.startTime;
  });
  if (askedAtMs === undefined) throw new Error('Cannot tell when the layer came: no blob was asked for');
  return askedAtMs;
}

function workerOf(page: Page): Worker {
  const [worker] = page.workers();
  if (worker === undefined) throw new Error('Cannot ask the worker: the page has none');
  return worker;
}
