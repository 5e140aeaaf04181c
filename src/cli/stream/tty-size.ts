// Keeps the size of a container's terminal at the size of the user's window.
import type { CliContext } from '../cli-context.ts';

/** The first resize may come before the process has its terminal: Docker tries again, this often, a little later each time. */
const RETRIES = 10;
const RETRY_STEP_MS = 10;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Resizes now and whenever the window changes.
 * @param path `/containers/{id}` or `/exec/{id}` @returns ends the watch
 */
export function followWindowSize(context: CliContext, path: string): () => void {
  let stopped = false;
  const resize = async (): Promise<boolean> => {
    const size = context.session.windowSize();
    if (size === undefined || (size.rows === 0 && size.cols === 0)) return true;
    try {
      await context.engine.send('POST', `${path}/resize`, { query: { h: String(size.rows), w: String(size.cols) } });
      return true;
    } catch {
      return false;
    }
  };
  const begin = async (): Promise<void> => {
    for (let retry = 0; retry <= RETRIES && !stopped; retry += 1) {
      if (retry > 0) await pause(retry * RETRY_STEP_MS);
      if (stopped || (await resize())) return;
    }
    if (!stopped) await context.err.line('failed to resize tty, using default size');
  };
  void begin();
  const unlisten = context.session.onResize(() => void resize());
  return () => {
    stopped = true;
    unlisten();
  };
}
