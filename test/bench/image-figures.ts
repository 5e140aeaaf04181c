// Figures of images: a large pull in Chromium, what it takes of memory and of the terminal's time; long lists; a large archive.
import type { Page } from 'playwright-core';
import type { StaticServer } from '../../src/node/static-server.ts';
import { startDrydock } from '../../src/node/start-drydock.ts';
import { openBrowser, serveSite, SITE, Terminal } from '../support/browser.ts';
import { bash } from './guest-shell.ts';
import { readSamples, timingScript } from './guest-timing.ts';
import { LOAD_MANY_IMAGES, MANY_IMAGES } from './many-images.ts';
import { requireImages } from './needed-images.ts';
import { tabMemory, watchPeak } from './tab-memory.ts';
import type { Figure } from './statistics.ts';
import { forgetRequests, layerAskedForAtMs, longest, since, waitsAtRest, waitsDuring } from './waits.ts';
import type { Waits } from './waits.ts';

const VISITS = 5;
const LIST_RUNS = 21;
const LIST_WARM_UP_RUNS = 40;
/** One layer: 29.8 MB compressed, 78 MB unpacked. */
const LARGE_IMAGE = 'debian';
const LARGE_LAYER_MB = 29.8;
/** 110 MB as an archive. */
const ARCHIVED_IMAGE = 'python';
const TAB_MB = 2000;

/** Each as soon as it is known: all of them take minutes. */
export async function* imageFigures(): AsyncGenerator<Figure> {
  requireImages(SITE, [LARGE_IMAGE, ARCHIVED_IMAGE]);
  const server = await serveSite();
  try {
    const pulls: Pull[] = [];
    for (let visit = 1; visit <= VISITS; visit++) {
      const pull = await inBrowser(server, measurePull);
      pulls.push(pull);
      console.error(`visit ${visit} of ${VISITS}: ${summary(pull)}`);
    }
    yield* [
      {
        name: 'pull of a 29.8 MB layer, first in a visit (Chromium)',
        unit: 'ms',
        budget: 1500,
        samples: pulls.map(({ ms }) => ms),
      },
      {
        name: 'memory beyond before, at most, during it',
        unit: 'MB',
        budget: 3 * LARGE_LAYER_MB,
        samples: pulls.map(({ mb }) => mb),
      },
      ...waitFigures(pulls, 'layer hashed and inflated', ({ layer }) => layer),
      ...waitFigures(pulls, 'the whole pull', ({ pull }) => pull),
      ...waitFigures(pulls, 'the same with nothing to pull', ({ present }) => present),
      ...waitFigures(pulls, 'a container starts', ({ start }) => start),
      ...waitFigures(pulls, 'at rest', ({ rest }) => rest),
    ];
    const archive = await inBrowser(server, measureArchive);
    yield* [
      { name: 'docker load of a 110 MB archive (Chromium)', unit: 'ms', budget: 10_000, samples: [archive.ms] },
      { name: 'memory of the whole tab, at most, during it', unit: 'MB', budget: TAB_MB, samples: [archive.mb] },
    ];
    const listed = await inBrowser(server, measureList);
    yield { name: 'docker images with 500 images (Chromium)', unit: 'ms', budget: 100, samples: listed };
    yield {
      name: 'docker images with 500 images (Node)',
      unit: 'ms',
      budget: 100,
      samples: await listInNode(),
    };
  } finally {
    await server.close();
  }
}

interface Pull {
  readonly ms: number;
  readonly mb: number;
  /** Of a pull: all of it, and what is not over when its layer is asked for. */
  readonly pull: Waits;
  readonly layer: Waits;
  /** The same command when the image is there: client and engine do what they do, but no layer comes. */
  readonly present: Waits;
  readonly start: Waits;
  readonly rest: Waits;
}

function waitFigures(pulls: readonly Pull[], when: string, of: (pull: Pull) => Waits): Figure[] {
  return [
    { name: `slowest echo of a key: ${when}`, unit: 'ms', budget: 50, samples: pulls.map((p) => longest(of(p).keys)) },
    {
      name: `longest gap of the worker: ${when}`,
      unit: 'ms',
      budget: 50,
      samples: pulls.map((p) => longest(of(p).worker)),
    },
    {
      name: `longest gap of the page: ${when}`,
      unit: 'ms',
      budget: 50,
      samples: pulls.map((p) => longest(of(p).page)),
    },
  ];
}

function summary({ ms, mb, ...waits }: Pull): string {
  const shown = Object.entries(waits).map(
    ([when, { keys, worker, page }]: [string, Waits]) =>
      `${when} ${[keys, worker, page].map((some) => longest(some).toFixed(0)).join('/')} (${keys.length} keys)`,
  );
  return [`${ms.toFixed(0)} ms, ${mb.toFixed(0)} MB; echo/worker/page:`, ...shown].join(' ');
}

/** In a browser with nothing cached, at the prompt. */
async function inBrowser<T>(server: StaticServer, measure: (page: Page, terminal: Terminal) => Promise<T>): Promise<T> {
  const browser = await openBrowser();
  try {
    const page = await browser.context.newPage();
    await page.goto(server.url);
    const terminal = new Terminal(page);
    await terminal.prompt();
    return await measure(page, terminal);
  } finally {
    await browser.close();
  }
}

/** Twice the same from a shell: for time alone, then with somebody who types and watches. */
async function measurePull(page: Page, terminal: Terminal): Promise<Pull> {
  // The client, the engine and their worker have run once: what is measured then is the layer.
  await script(terminal, '/tmp/pull', timed('docker pull -q "$1" > /dev/null'));
  await run(terminal, 'docker run --rm busybox true');
  const before = tabMemory();
  const peak = watchPeak();
  const ms = durationIn(await run(terminal, `bash /tmp/pull ${LARGE_IMAGE}`));
  const mb = peak.stop() - before;
  await run(terminal, `docker rmi ${LARGE_IMAGE}`);

  const rest = await waitsAtRest(page, terminal, 10);
  await forgetRequests(page);
  const pull = await waitsDuring(page, terminal, `bash /tmp/pull ${LARGE_IMAGE}`);
  const askedAtMs = await layerAskedForAtMs(page);
  const layer = {
    worker: since(askedAtMs, pull.worker),
    page: since(askedAtMs, pull.page),
    keys: since(askedAtMs, pull.keys),
  };
  // What of it is not the layer's: processes start in the guest, and V8 optimises what the emulator makes of them.
  const present = await waitsDuring(page, terminal, `bash /tmp/pull ${LARGE_IMAGE}`);
  const start = await waitsDuring(page, terminal, 'docker run --rm busybox sleep 1');
  return { ms, mb, pull, layer, present, start, rest };
}

let lastRun = 0;

async function measureArchive(_page: Page, terminal: Terminal): Promise<{ ms: number; mb: number }> {
  await script(terminal, '/tmp/load', timed('docker load -q -i /tmp/image.tar > /dev/null'));
  await run(terminal, `docker pull -q ${ARCHIVED_IMAGE}`);
  await run(terminal, `docker save -o /tmp/image.tar ${ARCHIVED_IMAGE}; docker rmi ${ARCHIVED_IMAGE}`);
  const peak = watchPeak();
  const ms = durationIn(await run(terminal, 'bash /tmp/load'));
  return { ms, mb: peak.stop() };
}

async function measureList(_page: Page, terminal: Terminal): Promise<number[]> {
  await script(terminal, '/tmp/make-many', LOAD_MANY_IMAGES);
  const shown = await run(terminal, 'bash /tmp/make-many');
  if (!new RegExp(`^${MANY_IMAGES}$`, 'm').test(shown))
    throw new Error(`There are not ${MANY_IMAGES} images: ${shown}`);
  await script(terminal, '/tmp/list', timingScript('docker images', LIST_RUNS, LIST_WARM_UP_RUNS));
  return readSamples(await run(terminal, 'bash /tmp/list'));
}

async function listInNode(): Promise<number[]> {
  const drydock = await startDrydock();
  try {
    await bash(drydock, LOAD_MANY_IMAGES);
    return readSamples(await bash(drydock, timingScript('docker images', LIST_RUNS, LIST_WARM_UP_RUNS)));
  } finally {
    await drydock.close();
  }
}

/** A script that prints how long a command took, and fails as the command does. */
function timed(command: string): string {
  return ['start=${EPOCHREALTIME/./}', `${command} || exit`, 'echo "sample $((${EPOCHREALTIME/./} - start))"'].join(
    '\n',
  );
}

function durationIn(output: string): number {
  const [ms] = readSamples(output);
  return ms ?? 0;
}

/** A here-document: the shell reads the script as it is. */
async function script(terminal: Terminal, path: string, text: string): Promise<void> {
  await terminal.enter(`cat > ${path} <<'END'`);
  for (const line of [...text.split('\n'), 'END']) await terminal.enter(line);
}

/** @returns what the screen shows then */
async function run(terminal: Terminal, line: string): Promise<string> {
  // What the one before printed may still be on the screen.
  const name = `run${++lastRun}`;
  await terminal.enter(`clear; ${line}; echo "${name} $?"`);
  await terminal.sees(new RegExp(`^${name} \\d+$`, 'm'), 120_000);
  const shown = await terminal.text();
  if (!shown.includes(`${name} 0`)) throw new Error(`"${line}" failed: ${shown}`);
  return shown;
}
