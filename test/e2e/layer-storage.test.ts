// Where a real browser keeps layers: in its private file system, a folder for each visit, none of which outlives its visit.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import type { StaticServer } from '../../src/node/static-server.ts';
import { openBrowser, serveSite, Terminal } from '../support/browser.ts';
import type { Browser } from '../support/browser.ts';
import { workerMemory } from '../support/worker-memory.ts';

/** Of the curated debian: what it is when unpacked, and compressed. */
const LAYER_BYTES = 70e6;
const inGuest = /root@drydock:\S+# ?\n*$/;

let server: StaticServer;
let browser: Browser;
beforeAll(async () => void (server = await serveSite()));
afterAll(() => server.close());
beforeEach(async () => void (browser = await openBrowser()));
afterEach(() => browser.close());

interface Visit {
  readonly page: Page;
  readonly terminal: Terminal;
  /** Of the console. */
  readonly notes: string[];
}

async function visit(url = server.url): Promise<Visit> {
  const page = await browser.context.newPage();
  const notes: string[] = [];
  page.on('console', (message) => notes.push(message.text()));
  await page.goto(url);
  const terminal = new Terminal(page);
  await terminal.sees(inGuest);
  return { page, terminal, notes };
}

let runs = 0;

/** Clears the screen, runs a line, and returns what is there when the prompt is back, with "ended" and the exit code. */
async function run({ terminal }: Visit, line: string): Promise<string> {
  // What the one before printed may still be on the screen.
  const name = `ended-${++runs}`;
  await terminal.enter(`clear; ${line}; echo "${name} $?"`);
  await terminal.sees(new RegExp(`^${name} \\d+$`, 'm'), 60_000);
  await terminal.sees(inGuest);
  return (await terminal.text()).replace(name, 'ended');
}

/** Folders of the private file system, each with the bytes in it. */
function folders({ page }: Visit): Promise<number[]> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const all = await root.getDirectoryHandle('drydock-blobs', { create: true });
    const sums: number[] = [];
    for await (const folder of all.values()) {
      if (!(folder instanceof FileSystemDirectoryHandle)) throw new Error(`"${folder.name}" is no folder`);
      let sum = 0;
      for await (const file of folder.values()) {
        if (file instanceof FileSystemFileHandle) sum += (await file.getFile()).size;
      }
      sums.push(sum);
    }
    return sums;
  });
}

async function limitStorage({ page }: Visit, quotaSize: number): Promise<void> {
  const devtools = await browser.context.newCDPSession(page);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: new URL(server.url).origin, quotaSize });
}

describe('layers in the browser', () => {
  it('are files of its own, not memory of the page, and are gone with their image', async () => {
    const here = await visit();
    const before = await workerMemory(browser.context, here.page);
    expect(await run(here, 'docker pull -q debian')).toMatch(/^ended 0$/m);
    const [bytes] = await folders(here);
    expect(bytes).toBeGreaterThan(LAYER_BYTES);
    const after = await workerMemory(browser.context, here.page);
    const grown = after.heapBytes + after.bufferBytes - before.heapBytes - before.bufferBytes;
    expect(grown).toBeLessThan(LAYER_BYTES / 4);
    expect(await run(here, 'docker run --rm debian cat /etc/debian_version')).toMatch(/^12\.\d+$[^]*^ended 0$/m);
    expect(await run(here, 'docker rmi debian')).toMatch(/^ended 0$/m);
    expect(await folders(here)).toEqual([0]);
    expect(here.notes).toEqual([]);
  });

  it.each([
    ['states that it is too large', 20e6, /at least 29\.8 MB are needed;/],
    ['turns out to be too large', 50e6, /the storage for layers is full/],
  ])('when an image %s, are refused with a reason, and smaller ones go on', async (_what, quota, reason) => {
    const here = await visit();
    await limitStorage(here, quota);
    const refused = (await run(here, 'docker pull debian')).replaceAll('\n', '');
    expect(refused).toMatch(/failed to register layer: no space left on device: /);
    expect(refused).toMatch(reason);
    expect(refused).toMatch(/ended 1/);
    expect(await folders(here)).toEqual([0]);
    expect(await run(here, 'docker run --rm busybox echo "still here"')).toMatch(/^still here$/m);
    expect(await run(here, 'docker images --format "{{.Repository}}"')).toMatch(/^busybox\nended 0$/m);
  });

  it('of several tabs do not disturb each other', async () => {
    const first = await visit();
    await run(first, 'docker pull -q busybox');
    const second = await visit();
    expect(await run(second, 'docker images -q')).toMatch(/^ended 0$/m);
    await run(second, 'docker pull -q busybox');
    expect((await folders(second)).every((bytes) => bytes > 1e6)).toBe(true);
    expect(await folders(second)).toHaveLength(2);
    await run(second, 'docker rmi busybox');
    // Nothing of it was read before.
    await first.page.bringToFront();
    expect(await run(first, 'docker run --rm busybox echo "still $((40 + 2))"')).toMatch(/^still 42$/m);
  });

  it('leave nothing behind when the page goes in the middle of a pull', async () => {
    const first = await visit();
    await first.terminal.enter('docker pull debian');
    await first.terminal.sees(/Extracting/);
    await first.page.close();
    const second = await visit();
    await expect.poll(() => folders(second), { timeout: 20_000 }).toEqual([0]);
    expect(await run(second, 'docker images -q')).toMatch(/^ended 0$/m);
    await run(second, 'docker pull -q busybox');
    expect(second.notes).toEqual([]);
  });

  it('are kept in memory where there is no such storage, with a note', async () => {
    // Plain HTTP: the browser gives a page neither files nor locks there.
    const here = await visit(server.url.replace('127.0.0.1', 'plain-http.test'));
    expect(await run(here, 'docker run --rm busybox echo "in memory"')).toMatch(/^in memory$/m);
    expect(here.notes).toEqual([
      expect.stringMatching(/^drydock: Layers are kept in memory, because the browser has no/),
    ]);
  });
});
