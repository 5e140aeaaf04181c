// A shell's start is a third of a second of code that the emulator has not compiled yet, just before the first prompt. So the
// snapshot holds one that has started already, and waits for whoever opens the first terminal.
import type { WindowSize } from '../contracts/cli-session.ts';
import type { Machine } from '../contracts/machine.ts';
import type { Task } from '../contracts/runtime.ts';
import { interactiveShell } from './shell.ts';

const NAME = 'first-shell';
const WAITING = 'ready and waiting';

/**
 * Typed at its prompt; the blank keeps it out of the history. What was drawn before a restore would be the same in every
 * restored shell: its random numbers start anew, and so does its clock. The greeting went to nobody, and comes again.
 */
const WAIT = ` printf 'ready and %s' waiting; read -rs; RANDOM=$SRANDOM SECONDS=0; __drydock_motd\n`;

/** Before a snapshot is taken. Resolves when the shell waits. */
export async function prepareShell(machine: Machine): Promise<void> {
  const shell = await machine.startAhead(NAME, interactiveShell({ cols: 80, rows: 24 }));
  await shell.stdin.getWriter().write(new TextEncoder().encode(WAIT));
  // Read and let go, not cancelled: the stream goes on in the snapshot.
  const output = shell.stdout.getReader();
  const decoder = new TextDecoder();
  for (let said = ''; !said.includes(WAITING);) {
    const { done, value } = await output.read();
    if (done) throw new Error(`Cannot prepare a shell: it ended and said "${said}"`);
    said += decoder.decode(value, { stream: true });
  }
  output.releaseLock();
}

/** A login shell on a terminal of the given size: the one that waits, the first time. */
export async function openShell(machine: Machine, size: WindowSize): Promise<Task> {
  const shell = await machine.takeOver(NAME);
  if (shell === undefined) return machine.runtime.spawn(interactiveShell(size));
  await shell.resize(size.cols, size.rows);
  const keys = shell.stdin.getWriter();
  await keys.write(Uint8Array.of(0x0a));
  keys.releaseLock();
  return shell;
}
