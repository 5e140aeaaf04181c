// Questions that are not Docker's, to the servers that the container would have asked without Docker: those of the host from the
// host, those of --dns from the container. Source: moby libnetwork/resolver.go (forwardExtDNS, exchange).
import { isDrydockError } from '../../../contracts/errors.ts';
import type { HostSockets } from '../../../contracts/host-sockets.ts';
import type { Clock } from '../../clock.ts';
import { RCODE, rcodeOfReply } from './message.ts';
import type { DnsProtocol } from './resolve.ts';
import { RESOLVER_ADDRESS } from './resolv-conf.ts';
import type { ExternalServer } from './resolv-conf.ts';
import { framed, readMessage } from './tcp-messages.ts';

const PORT = 53;
const MAX_SERVERS = 3;
const MAX_CONCURRENT = 1024;
const TIMEOUT_MS = 4000;

export interface ForwardContext {
  readonly sockets: Pick<HostSockets, 'connect'>;
  readonly clock: Pick<Clock, 'after'>;
}

export interface ForwardOptions {
  readonly servers: readonly ExternalServer[];
  /** Of the container. */
  readonly netns: string;
  /** One of the container's networks has a way out: else nobody asks the host's servers for it. */
  readonly hasWayOut: boolean;
}

export class Forwarder {
  readonly #context: ForwardContext;
  #underWay = 0;

  constructor(context: ForwardContext) {
    this.#context = context;
  }

  /** @returns undefined when no server answers, 'refused' when too much is under way. Never rejects */
  async forward(
    query: Uint8Array,
    protocol: DnsProtocol,
    { servers, netns, hasWayOut }: ForwardOptions,
  ): Promise<Uint8Array | 'refused' | undefined> {
    const others = servers.filter(({ address, fromHost }) => fromHost || address !== RESOLVER_ADDRESS);
    for (const { address, fromHost } of others.slice(0, MAX_SERVERS)) {
      if (fromHost && !hasWayOut) continue;
      if (this.#underWay >= MAX_CONCURRENT) return 'refused';
      this.#underWay++;
      const reply = await this.#exchange(query, protocol, address, fromHost ? undefined : netns).finally(
        () => this.#underWay--,
      );
      const rcode = reply && rcodeOfReply(reply, query);
      if (rcode !== undefined && rcode !== RCODE.serverFailure && rcode !== RCODE.refused) return reply;
    }
    return undefined;
  }

  async #exchange(
    query: Uint8Array,
    protocol: DnsProtocol,
    address: string,
    netns: string | undefined,
  ): Promise<Uint8Array | undefined> {
    const place = { netns, address, port: PORT };
    const connection = await this.#context.sockets.connect(protocol, place).catch((error: unknown) => {
      if (isDrydockError(error)) return undefined;
      throw error;
    });
    if (connection === undefined) return undefined;
    const reader = connection.readable.getReader();
    const writer = connection.writable.getWriter();
    const giveUp = (): void => {
      reader.cancel().catch(() => undefined);
      writer.abort().catch(() => undefined);
    };
    const stopWaiting = this.#context.clock.after(TIMEOUT_MS, giveUp);
    try {
      // Not waited for: what is wrong with it the reading side tells.
      writer.write(protocol === 'tcp' ? framed(query) : query).catch(() => undefined);
      return protocol === 'tcp' ? await readMessage(reader) : (await reader.read()).value;
    } catch (error) {
      // The machine was out of reach.
      if (isDrydockError(error)) return undefined;
      throw error;
    } finally {
      stopWaiting();
      giveUp();
    }
  }
}
