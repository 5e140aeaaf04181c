// Figures of the page in headless Chromium: first and repeated visit, bytes, commands, and what it costs at rest.
import type { Page } from 'playwright-core';
import type { StaticServer } from '../../src/node/static-server.ts';
import { openBrowser, serveSite, Terminal } from '../support/browser.ts';
import { readSamples, timingScript } from './guest-timing.ts';
import { browserCpuMs } from './process-cpu.ts';
import type { Figure } from './statistics.ts';

const VISITS = 5;
const RUNS = 21;
const IDLE_WINDOWS = 3;
const IDLE_WINDOW_MS = 5_000;

export async function chromiumFigures(): Promise<Figure[]> {
  let sentBytes = 0;
  const server = await serveSite({ onSent: (_path, bytes) => (sentBytes += bytes) });
  const figures = {
    cold: [] as number[],
    repeat: [] as number[],
    bytes: [] as number[],
    run: [] as number[],
    idle: [] as number[],
  };
  try {
    for (let visit = 0; visit < VISITS; visit++) {
      const browser = await openBrowser();
      try {
        sentBytes = 0;
        const page = await browser.context.newPage();
        figures.cold.push(await promptAfterMs(page, server));
        figures.bytes.push(sentBytes / 1e6);
        await page.close();
        const again = await browser.context.newPage();
        figures.repeat.push(await promptAfterMs(again, server));
        if (visit === VISITS - 1) {
          figures.idle.push(...(await idlePercent()));
          figures.run.push(...(await commandMs(again, 'docker run --rm busybox echo hi')));
        }
      } finally {
        await browser.close();
      }
    }
  } finally {
    await server.close();
  }
  return [
    { name: 'navigation to prompt, cold cache (Chromium)', unit: 'ms', budget: 2000, samples: figures.cold },
    { name: 'navigation to prompt, repeat visit (Chromium)', unit: 'ms', budget: 1000, samples: figures.repeat },
    { name: 'bytes before the prompt, as sent', unit: 'MB', budget: 12, samples: figures.bytes },
    { name: 'docker run --rm busybox echo hi (Chromium)', unit: 'ms', budget: 300, samples: figures.run },
    { name: 'idle CPU of the page with a prompt (of one core)', unit: '%', budget: 3, samples: figures.idle },
  ];
}

/** By the page's own clock, which starts with the navigation. */
async function promptAfterMs(page: Page, server: StaticServer): Promise<number> {
  await page.goto(server.url, { waitUntil: 'commit' });
  await new Terminal(page).prompt();
  return page.evaluate(() => performance.now());
}

async function idlePercent(): Promise<number[]> {
  const samples: number[] = [];
  // The first window lets compilers and the guest's own start-up settle; it is not counted.
  for (let window = -1; window < IDLE_WINDOWS; window++) {
    const [cpu, start] = [browserCpuMs(), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, IDLE_WINDOW_MS));
    if (window >= 0) samples.push((100 * (browserCpuMs() - cpu)) / (performance.now() - start));
  }
  return samples;
}

async function commandMs(page: Page, command: string): Promise<number[]> {
  const terminal = new Terminal(page);
  // A here-document: the shell reads the script as it is, and the echo of what was typed scrolls away.
  await terminal.enter("docker pull -q busybox; cat > /tmp/bench.sh <<'END'");
  for (const line of [...timingScript(command, RUNS).split('\n'), 'END']) await terminal.enter(line);
  await terminal.enter('clear; bash /tmp/bench.sh; echo finished');
  await terminal.sees(/^finished$/m, 60_000);
  return readSamples(await terminal.text());
}
