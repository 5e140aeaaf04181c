// One question to the embedded DNS server, from bytes to bytes: answered here when Docker knows the name, else by whom the
// container's own servers are. Source: moby libnetwork/resolver.go (serveDNS and the handlers it calls).
import type { RandomBytes } from '../../random.ts';
import type { Address } from '../address.ts';
import { encodeFailure, encodeName, encodeReply, parseIncoming, RCODE, TYPE } from './message.ts';
import type { Answer, Query } from './message.ts';
import { addressesOf, nameAtAddress } from './names.ts';
import type { NameScope } from './names.ts';

const TTL_S = 600;
const MAX_TCP_BYTES = 65_535;

export type DnsProtocol = 'udp' | 'tcp';

export interface ResolveContext {
  readonly scopes: readonly NameScope[];
  /** `options ndots:` was asked for: a name without dots then is for its search domains. */
  readonly ndotsSet: boolean;
  readonly randomBytes: RandomBytes;
  /** Asks the outside. @returns undefined when nobody answered */
  forward(query: Uint8Array, protocol: DnsProtocol): Promise<Uint8Array | 'refused' | undefined>;
}

/** @returns undefined for what is not to be answered. Never rejects, whatever the bytes are */
export async function resolve(
  context: ResolveContext,
  bytes: Uint8Array,
  protocol: DnsProtocol,
): Promise<Uint8Array | undefined> {
  const incoming = parseIncoming(bytes);
  if (incoming === undefined) return undefined;
  if ('refusal' in incoming) return incoming.refusal;
  const { query } = incoming;
  const answers = ownAnswers(context, query);
  const isForSearch = answers === undefined && context.ndotsSet && isAddressQuestion(query) && isPlain(query);
  if (answers !== undefined || isForSearch) {
    return encodeReply(query, answers ?? [], protocol === 'tcp' ? MAX_TCP_BYTES : query.udpBytes);
  }
  const reply = await context.forward(bytes, protocol);
  if (reply === 'refused') return encodeFailure(query, RCODE.refused);
  return reply ?? encodeFailure(query, RCODE.serverFailure);
}

/** Undefined when the name is not Docker's; empty when it is, but has nothing of that type. */
function ownAnswers({ scopes, randomBytes }: ResolveContext, { question }: Query): Answer[] | undefined {
  const { name, type } = question;
  switch (type) {
    case TYPE.A: {
      const addresses = addressesOf(scopes, name);
      return addresses && shuffled(addresses, randomBytes).map(addressAnswer);
    }
    case TYPE.AAAA:
    case TYPE.MX:
      return addressesOf(scopes, name) && [];
    case TYPE.PTR: {
      const owner = nameAtAddress(scopes, name);
      return owner === undefined ? undefined : [{ type, data: encodeName(owner), ttlS: TTL_S }];
    }
    default:
      return undefined;
  }
}

function isAddressQuestion({ question: { type } }: Query): boolean {
  return type === TYPE.A || type === TYPE.AAAA;
}

function isPlain({ question: { name } }: Query): boolean {
  return !name.replace(/\.$/, '').includes('.');
}

function addressAnswer(address: Address): Answer {
  const data = Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
  return { type: TYPE.A, data, ttlS: TTL_S };
}

/** So that several containers with one alias share the work. */
function shuffled(addresses: readonly Address[], randomBytes: RandomBytes): Address[] {
  if (addresses.length < 2) return [...addresses];
  const order = addresses.map((address) => ({ address, at: new DataView(randomBytes(4).buffer).getUint32(0) }));
  return order.toSorted((a, b) => a.at - b.at).map(({ address }) => address);
}
