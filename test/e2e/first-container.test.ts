// What a newcomer does first, in a real browser, on the real guest.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import type { StaticServer } from '../../src/node/static-server.ts';
import { openBrowser, serveSite, Terminal } from '../support/browser.ts';
import type { Browser } from '../support/browser.ts';

let server: StaticServer;
let browser: Browser;
let page: Page;
let terminal: Terminal;
const complaints: string[] = [];

beforeAll(async () => {
  server = await serveSite({ prefix: '/any/prefix' });
  browser = await openBrowser();
  page = await browser.context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(server.url);
  terminal = new Terminal(page);
  await terminal.prompt();
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

describe('the page', () => {
  it('runs a container and shows what it printed', async () => {
    await terminal.enter('docker run --rm busybox echo hello');
    await terminal.sees(/^hello$/m);
  });

  it('gives a container a terminal: resize, Ctrl-C, detach, attach', async () => {
    await terminal.enter('clear');
    await terminal.enter('docker run -it --name box busybox sh');
    await terminal.sees(/^\/ # $|^\/ #\s*$/m);

    await terminal.enter('stty size');
    await terminal.sees(/^\d+ \d+$/m);
    const before = /^(\d+) (\d+)$/m.exec(await terminal.text())?.[0] ?? '';
    await page.setViewportSize({ width: 1100, height: 640 });
    await terminal.enter('clear; stty size');
    await terminal.sees(new RegExp(`^(?!${before}$)\\d+ \\d+$`, 'm'));

    await terminal.enter('sleep 1000; echo "ended with $?"');
    await terminal.press('Control+c');
    await terminal.enter('echo "still $((40 + 2))"');
    await terminal.sees(/^still 42$/m);

    await terminal.enter('marker=kept');
    await terminal.press('Control+p');
    await terminal.press('Control+q');
    await terminal.enter('clear; docker ps --format "{{.Names}} {{.State}}"');
    await terminal.sees(/^box running$/m);

    await terminal.enter('docker attach box');
    await terminal.enter('echo "$marker"');
    await terminal.sees(/^kept$/m);
    await terminal.enter('exit 3');
    await terminal.enter('echo "code $?"; docker rm box');
    await terminal.sees(/^code 3$[^]*^box$/m);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('stays usable under a flood of output', async () => {
    await terminal.enter('clear; docker run --rm busybox yes');
    await terminal.sees(/^y$/m);
    await terminal.press('Control+c');
    await terminal.enter('clear; echo back');
    await terminal.sees(/^back$/m);
  });

  it('complained about nothing', () => {
    expect(complaints).toEqual([]);
  });
});
