// The terminals of the page. There is one today; everything that names "the" terminal asks here for the active one.
import type { WorkerSurface } from '../../contracts/worker-surface.ts';
import type { SessionTexts } from './terminal-session.svelte.ts';
import { TerminalSession } from './terminal-session.svelte.ts';

export class Terminals {
  sessions = $state.raw<readonly TerminalSession[]>([]);
  active: TerminalSession;

  constructor(texts: () => SessionTexts) {
    const first = new TerminalSession(1, texts);
    this.sessions = [first];
    this.active = $state.raw(first);
  }

  /** @throws DrydockError `unavailable` when a screen could not be loaded */
  async connect(surface: WorkerSurface, signal: AbortSignal): Promise<void> {
    await Promise.all(this.sessions.map((session) => session.connect(surface.openShell, signal)));
  }
}
