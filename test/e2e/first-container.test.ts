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

/** Prompts, on the last line that is not blank. What is typed before the shell is there belongs to somebody else. */
const inGuest = /root@drydock:\S+# ?\n*$/;
const inBox = /^\/ # ?\n*$(?![^])/m;

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
    await terminal.sees(inBox);

    await terminal.enter('stty size');
    await terminal.sees(/^\d+ \d+$/m);
    const before = /^(\d+) (\d+)$/m.exec(await terminal.text())?.[0] ?? '';
    await page.setViewportSize({ width: 1100, height: 640 });
    // The new size is on its way through page, worker, guest and engine: the container waits until it is there.
    await terminal.enter(`clear; while [ "$(stty size)" = "${before}" ]; do :; done; stty size`);
    await terminal.sees(new RegExp(`^(?!${before}$)\\d+ \\d+$`, 'm'));

    await terminal.enter("clear; sh -c 'echo go; exec sleep 1000'");
    await terminal.sees(/^go$/m);
    await terminal.press('Control+c');
    await terminal.sees(inBox);
    await terminal.enter('echo "still $((40 + 2))"');
    await terminal.sees(/^still 42$/m);

    await terminal.enter('clear; marker=kept');
    await terminal.sees(inBox);
    await terminal.press('Control+p');
    await terminal.press('Control+q');
    await terminal.sees(inGuest);
    await terminal.enter('clear; docker ps --format "{{.Names}} {{.State}}"');
    await terminal.sees(/^box running$/m);

    await terminal.sees(inGuest);
    await terminal.enter('docker attach box');
    await terminal.press('Enter');
    await terminal.sees(inBox);
    await terminal.enter('echo "$marker"');
    await terminal.sees(/^kept$/m);
    await terminal.enter('exit 3');
    await terminal.sees(inGuest);
    await terminal.enter('echo "code $?"; docker rm box');
    await terminal.sees(/^code 3$[^]*^box$/m);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('stays usable under a flood of output', async () => {
    // Not `yes` itself: the kernel drops an interrupt for a namespace's PID 1 that has no handler, as with Docker.
    await terminal.enter("clear; docker run --rm -it busybox sh -c 'yes; true'");
    await terminal.sees(/^y$/m);
    await terminal.press('Control+c');
    await terminal.sees(inGuest);
    await terminal.enter('clear; echo back');
    await terminal.sees(/^back$/m);
  });

  it('complained about nothing', () => {
    expect(complaints).toEqual([]);
  });
});
