// The host's end of the agent: whichever session is open now. The guest reopens a channel that broke, and everybody who
// asks meanwhile waits for that.
import { DrydockError } from '../../contracts/errors.ts';
import { deferred } from '../../shared/deferred.ts';
import type { Deferred } from '../../shared/deferred.ts';
import type { Channel } from '../p9/p9-channel.ts';
import { AgentSession } from './agent-session.ts';

export class AgentClient {
  readonly #log: (line: string) => void;
  #next: Deferred<AgentSession> = deferred();
  #current: AgentSession | undefined;
  /** The channel is open; the greeting may not be answered yet. */
  #open: AgentSession | undefined;
  #refusing = false;
  #onClosed: () => void = () => undefined;

  constructor(log: (line: string) => void) {
    this.#log = log;
    this.#next.promise.catch(() => undefined);
  }

  /** The session, at once when there is one: requests made in one turn then leave in one message. */
  get current(): AgentSession | undefined {
    return this.#current;
  }

  /** The session, as soon as there is one. @throws DrydockError `machine` when the machine is destroyed */
  session(): Promise<AgentSession> {
    return this.#current === undefined ? this.#next.promise : Promise.resolve(this.#current);
  }

  /** The guest opened its channel. @returns false to have it try again later */
  accept(channel: Channel): boolean {
    if (this.#refusing || this.#open !== undefined) return false;
    const session = new AgentSession(channel, this.#log, (error) => this.#ended(session, error));
    this.#open = session;
    session.greet().then(
      () => {
        if (this.#open !== session) return;
        this.#current = session;
        this.#next.resolve(session);
      },
      (error: unknown) =>
        session.close(`its greeting failed: ${error instanceof Error ? error.message : String(error)}`),
    );
    return true;
  }

  /**
   * Has the agent close its channel and try to open it until `resume`: the guest can be saved then.
   * @param settle called when nothing more comes of processes that are kept, while requests are still served
   */
  async suspend(settle: () => Promise<void> = async () => undefined): Promise<void> {
    const session = await this.session();
    this.#refusing = true;
    const closed = new Promise<void>((resolve) => {
      this.#onClosed = resolve;
    });
    try {
      // What we write waits from here on; what they wrote came before the answer, and was read before the second one.
      session.detachKept();
      await session.request({ type: 'release' }, 'ok');
      await session.request({ type: 'release' }, 'ok');
      await settle();
      await session.request({ type: 'suspend' }, 'ok');
    } catch (error) {
      this.#refusing = false;
      // What was released is adopted again on the next channel.
      session.close('the machine could not be saved');
      throw error;
    }
    if (!session.ended) await closed;
  }

  resume(): void {
    this.#refusing = false;
  }

  destroy(): void {
    this.#refusing = true;
    this.#open?.close('the machine was stopped');
    this.#next.reject(new DrydockError('machine', 'Cannot reach the guest: the machine was stopped'));
  }

  #ended(session: AgentSession, error: DrydockError): void {
    if (this.#open !== session) return;
    // While channels are refused the end was asked for.
    if (!this.#refusing) this.#log(error.message);
    this.#open = undefined;
    if (this.#current === session) {
      this.#current = undefined;
      this.#next = deferred();
      this.#next.promise.catch(() => undefined);
    }
    this.#onClosed();
  }
}
