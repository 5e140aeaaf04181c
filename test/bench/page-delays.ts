// How long a person waits for the page meanwhile: gaps between the ticks of a timer, on the page's thread and the worker's, and
// the time from a key to its echo on the screen.
import type { Page } from 'playwright-core';

/** Somebody or something waited, from a moment on, by the clock that all threads share; in ms. */
export interface Wait {
  readonly atMs: number;
  readonly ms: number;
}

interface Ticks {
  benchGaps?: Wait[];
  benchTimer?: ReturnType<typeof setInterval>;
}

/** Browsers hold nested timers back for this long. */
const TICK_MS = 4;

/** Starts on both threads. @returns what ends it: the gaps of each, beyond the timer's own */
export async function watchGaps(page: Page): Promise<() => Promise<{ page: Wait[]; worker: Wait[] }>> {
  const [worker] = page.workers();
  if (worker === undefined) throw new Error('Cannot watch the worker: the page has none');
  const start = (): void => {
    const ticks = globalThis as Ticks;
    const gaps: Wait[] = (ticks.benchGaps = []);
    let last = performance.now();
    ticks.benchTimer = setInterval(() => {
      const now = performance.now();
      gaps.push({ atMs: performance.timeOrigin + last, ms: now - last });
      last = now;
    }, 1);
  };
  const stop = (): Wait[] => {
    const ticks = globalThis as Ticks;
    clearInterval(ticks.benchTimer);
    return ticks.benchGaps ?? [];
  };
  await Promise.all([page.evaluate(start), worker.evaluate(start)]);
  return async () => {
    const [onPage, onWorker] = await Promise.all([page.evaluate(stop), worker.evaluate(stop)]);
    return { page: onPage.map(beyondTick), worker: onWorker.map(beyondTick) };
  };
}

function beyondTick({ atMs, ms }: Wait): Wait {
  return { atMs, ms: Math.max(0, ms - TICK_MS) };
}

/** An echo that does not come is reported as one that took this long. */
const LONGEST_ECHO_MS = 5_000;

/** From a key to the first change of the terminal that shows it, through page, worker, guest and back. */
export async function echo(page: Page, key: string): Promise<Wait> {
  const echoed = page.evaluate(
    (longestMs) =>
      new Promise<Wait>((resolve, reject) => {
        const [rows, input] = [document.querySelector('.xterm-rows'), document.querySelector('.xterm-helper-textarea')];
        if (rows === null || input === null) return reject(new Error('Cannot find the terminal'));
        let pressedMs: number | undefined;
        input.addEventListener('keydown', () => (pressedMs = performance.now()), { once: true, capture: true });
        const observer = new MutationObserver(() => {
          if (pressedMs === undefined) return;
          observer.disconnect();
          resolve({ atMs: performance.timeOrigin + pressedMs, ms: performance.now() - pressedMs });
        });
        observer.observe(rows, { childList: true, subtree: true, characterData: true });
        const atMs = performance.timeOrigin + performance.now();
        setTimeout(() => resolve({ atMs, ms: longestMs }), longestMs);
      }),
    LONGEST_ECHO_MS,
  );
  await page.locator('.xterm-helper-textarea').press(key);
  return echoed;
}
