// One place where requests meet the agent's session: at once when there is one, so that requests made in one turn leave
// together; after the reconnect when there is none.
import type { AgentClient } from '../agent/agent-client.ts';
import type { AgentFollowUp, AgentReply, AgentRequest, AgentSession } from '../agent/agent-session.ts';

type ReplyType = 'ok' | 'spawned' | 'content' | 'names' | 'attributes';

export class AgentCalls {
  readonly #client: AgentClient;

  constructor(client: AgentClient) {
    this.#client = client;
  }

  /** Runs `use` with the session; in this turn when there is one. */
  withSession<Result>(use: (session: AgentSession) => Promise<Result>): Promise<Result> {
    const { current } = this.#client;
    return current === undefined ? this.#client.session().then(use) : use(current);
  }

  /** @throws DrydockError `guest` with the errno, `machine` when the channel broke */
  ask<Type extends ReplyType>(
    request: AgentRequest,
    expected: Type,
    followUp?: AgentFollowUp,
  ): Promise<AgentReply<Type>> {
    return this.withSession((session) => session.request(request, expected, followUp));
  }

  async do(request: AgentRequest): Promise<void> {
    await this.ask(request, 'ok');
  }
}
