// Real Chromium on the built page, served as any static host would.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { PROJECT_DIRECTORY } from '../../src/node/paths.ts';
import { startStaticServer } from '../../src/node/static-server.ts';
import type { StaticServer, StaticServerOptions } from '../../src/node/static-server.ts';

/** The built page. */
export const SITE = join(PROJECT_DIRECTORY, 'dist/site');

/** Chromium as a container's root user needs it, and without errands of its own. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A name that is neither secure nor this machine's, for what browsers refuse to pages over plain HTTP.
  '--host-resolver-rules=MAP plain-http.test 127.0.0.1',
];

export function serveSite(options: Partial<StaticServerOptions> = {}): Promise<StaticServer> {
  if (!existsSync(join(SITE, 'index.html'))) throw new Error(`Nothing is built in "${SITE}": run "npm run build"`);
  return startStaticServer({ directory: SITE, host: '127.0.0.1', port: 0, ...options });
}

export interface Browser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** A browser with an empty profile: nothing cached, nothing remembered. */
export async function openBrowser(options: BrowserContextOptions = {}): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'drydock-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** The terminal as a person has it: what it shows, and a keyboard. */
export class Terminal {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The visible rows, joined; trailing blanks of each row dropped. */
  async text(): Promise<string> {
    const rows = await this.#page.locator('.xterm-rows > div').allInnerTexts();
    return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
  }

  async press(key: string): Promise<void> {
    await this.#input().press(key);
  }

  /** Types a line and Enter. */
  async enter(line: string): Promise<void> {
    await this.#input().pressSequentially(line);
    await this.press('Enter');
  }

  /**
   * Waits until the visible text matches. Told by changes of the page: a look at every frame would make the browser draw sixty a
   * second, which takes a fifth of a processor from what is measured or tested.
   */
  async sees(pattern: RegExp, timeoutMs = 30_000): Promise<void> {
    try {
      await this.#page.waitForFunction(
        async ([source, flags]) => {
          for (;;) {
            const rows = [...document.querySelectorAll('.xterm-rows > div')];
            const text = rows.map((row) => (row.textContent ?? '').replaceAll('\u00a0', ' ').trimEnd()).join('\n');
            if (new RegExp(source ?? '', flags).test(text)) return true;
            await new Promise<void>((resolve) => {
              const observer = new MutationObserver(() => {
                observer.disconnect();
                resolve();
              });
              observer.observe(document, { childList: true, subtree: true, characterData: true });
            });
          }
        },
        [pattern.source, pattern.flags],
        { timeout: timeoutMs },
      );
    } catch (error) {
      throw new Error(`The terminal never showed ${String(pattern)}. It shows:\n${await this.text()}`, {
        cause: error,
      });
    }
  }

  /** Waits for the shell's prompt on the last line that is not blank. */
  async prompt(timeoutMs = 30_000): Promise<void> {
    await this.sees(/[#$] ?\n*$/, timeoutMs);
  }

  #input() {
    return this.#page.locator('.xterm-helper-textarea');
  }
}
