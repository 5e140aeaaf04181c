// The open CLI sessions: how many there may be, and their end before a snapshot.
import type { Channel } from '../p9/p9-channel.ts';
import { serveCliChannel } from './cli-session-server.ts';
import type { CliServerOptions } from './cli-session-server.ts';

/** Each holds one of the 32 entries of v86's 9p queue with its read; the rest is for the agent and ordinary files. */
const MAX_SESSIONS = 24;

export class CliSessions {
  readonly #options: CliServerOptions;
  readonly #open = new Set<Channel>();
  #refusing = false;

  constructor(options: CliServerOptions) {
    this.#options = options;
  }

  accept(channel: Channel): boolean {
    if (this.#refusing) return false;
    if (this.#open.size >= MAX_SESSIONS) {
      this.#options.onLog(`cli: refused a session, ${MAX_SESSIONS} are open`);
      return false;
    }
    this.#open.add(channel);
    serveCliChannel(channel, this.#options);
    const { onClose } = channel.events;
    channel.events = {
      ...channel.events,
      onClose: () => {
        this.#open.delete(channel);
        onClose();
      },
    };
    return true;
  }

  refuseNew(): void {
    this.#refusing = true;
  }
  acceptNew(): void {
    this.#refusing = false;
  }
  closeAll(): void {
    for (const channel of [...this.#open]) channel.close();
  }
}
