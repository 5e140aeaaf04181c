// Ctrl-C and its kin belong to the container while one is attached; a third one ends the client all the same.
import type { SignalName } from '../../contracts/cli-session.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { pathId } from '../engine/engine-client.ts';

const TERMINATION: readonly SignalName[] = ['INT', 'TERM'];
const PATIENCE = 3;

export interface SignalForwarding {
  /** Rejects when the user insists; never resolves. */
  readonly insisted: Promise<never>;
  stop(): void;
}

/** @param containerId where signals go; undefined keeps INT and TERM from ending the client, and nothing more */
export function forwardSignals(context: CliContext, containerId: string | undefined): SignalForwarding {
  let terminations = 0;
  let insist: (error: Error) => void = () => undefined;
  const insisted = new Promise<never>((_, reject) => {
    insist = reject;
  });
  insisted.catch(() => undefined);
  const which = containerId === undefined ? 'terminations' : 'all';
  const stop = context.session.onSignal((signal) => {
    if (TERMINATION.includes(signal)) terminations += 1;
    if (terminations >= PATIENCE) insist(new CliError('\ngot 3 SIGTERM/SIGINTs, forcefully exiting'));
    if (containerId === undefined) return;
    // A container that is gone takes no signal; its end is reported elsewhere.
    void context.engine
      .send('POST', `/containers/${pathId('container', containerId)}/kill`, { query: { signal } })
      .catch(() => undefined);
  }, which);
  return { insisted, stop };
}
