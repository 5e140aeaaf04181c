// `npm run screenshots`: the built page as people will see it, in each size, colour scheme and language, for somebody to look at;
// and the README's picture.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PROJECT_DIRECTORY } from '../../src/node/paths.ts';
import { openBrowser, serveSite, Terminal } from './browser.ts';

const FOLDER = join(PROJECT_DIRECTORY, 'test-results/screenshots');
const README_PICTURE = join(PROJECT_DIRECTORY, 'docs/page.png');
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
] as const;

/** What a learner has on the screen a minute after the page opened; each line waits for what the one before printed. */
const SESSION: readonly (readonly [line: string, sees: RegExp])[] = [
  ['docker run hello-world', /^Hello from Docker/m],
  ['clear', /^root@drydock:\S+#\s*$/],
  ['docker run --rm busybox echo hello', /^hello$/m],
  ['docker run -d --name web -m 32m busybox sleep 1000', /^[0-9a-f]{64}$/m],
  ['docker ps', /\bweb$/m],
];

async function typeSession(page: Page): Promise<void> {
  const terminal = new Terminal(page);
  await terminal.prompt();
  for (const [line, expected] of SESSION) {
    await terminal.enter(line);
    await terminal.sees(expected);
    await terminal.prompt();
  }
}

const server = await serveSite();
await mkdir(FOLDER, { recursive: true });
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const locale of ['en-US', 'zh-CN']) {
      const browser = await openBrowser({ colorScheme, locale });
      const page = await browser.context.newPage();
      await page.goto(server.url);
      await typeSession(page);
      for (const size of SIZES) {
        await page.setViewportSize(size);
        const name = `${size.width}x${size.height}-${colorScheme}-${locale}.png`;
        await page.screenshot({ path: join(FOLDER, name) });
        if (name === '1440x900-dark-en-US.png') await page.screenshot({ path: README_PICTURE });
      }
      await browser.close();
    }
  }
} finally {
  await server.close();
}
console.log(`Wrote ${FOLDER} and ${README_PICTURE}`);
