// A terminal of the page: a login shell on a pty of the guest, its bytes carried across the worker's boundary.
import * as Comlink from 'comlink';
import { openShell as openLoginShell } from '../compose/waiting-shell.ts';
import type { WindowSize } from '../contracts/cli-session.ts';
import type { Machine } from '../contracts/machine.ts';
import type { ShellHandle, WorkerSurface } from '../contracts/worker-surface.ts';

type OnOutput = Parameters<WorkerSurface['openShell']>[1];
type OnExit = Parameters<WorkerSurface['openShell']>[2];

/** SIGHUP: what a shell gets when its terminal is closed. */
const HANGUP = 1;

export async function openShell(
  machine: Machine,
  size: WindowSize,
  onOutput: OnOutput,
  onExit: OnExit,
): Promise<ShellHandle> {
  const task = await openLoginShell(machine, size);
  const input = task.stdin.getWriter();
  const printed = print(task.stdout, onOutput);
  void (async () => {
    const { exitCode } = await task.exited;
    await printed;
    onExit(exitCode);
  })();
  return {
    write: (bytes) => input.write(bytes),
    resize: ({ cols, rows }) => task.resize(cols, rows),
    close: () => task.signal(HANGUP),
  };
}

/** Waits for the page to take each piece: a terminal that cannot keep up slows the program down, not the page. */
async function print(output: ReadableStream<Uint8Array>, onOutput: OnOutput): Promise<void> {
  try {
    for await (const chunk of output) {
      const bytes = chunk.slice();
      await onOutput(Comlink.transfer(bytes, [bytes.buffer]));
    }
  } catch (error) {
    console.warn(`drydock: a terminal lost its shell: ${String(error)}`);
  }
}
