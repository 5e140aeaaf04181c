// Bridges and the cables that plug containers into them, in the kernel: one batch of netlink messages for each side.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { Runtime } from '../../contracts/runtime.ts';
import type { RandomBytes } from '../random.ts';
import { lastOf } from './address.ts';
import type { Bridge, EndpointLink } from './network.ts';
import type { NetlinkMessage } from './netlink.ts';
import {
  addAddress,
  bringUp,
  defaultRoute,
  deleteLink,
  dumpLinks,
  encodeMessages,
  newBridge,
  newVeth,
  parseLinks,
} from './netlink.ts';

/** errno(3): the index or the name that we chose is somebody's. */
const TAKEN = [16, 17];
const ENODEV = 19;

export class BridgeDriver {
  readonly #runtime: Pick<Runtime, 'netlink'>;
  readonly #randomBytes: RandomBytes;
  /** Of the bridges that are there, by name. */
  readonly #indexes = new Map<string, number>();
  /** Of the host's next link: said beforehand, it needs no asking after. */
  #nextIndex = 2;

  constructor(runtime: Pick<Runtime, 'netlink'>, randomBytes: RandomBytes) {
    this.#runtime = runtime;
    this.#randomBytes = randomBytes;
  }

  /** Learns what links the host has. @returns their names */
  async look(): Promise<ReadonlySet<string>> {
    const links = parseLinks(await this.#send([dumpLinks()]));
    this.#indexes.clear();
    for (const [name, index] of links) this.#indexes.set(name, index);
    this.#nextIndex = Math.max(1, this.#nextIndex - 1, ...links.values()) + 1;
    return new Set(links.keys());
  }

  /** A link with the bridge's name that is there already is the bridge: an earlier engine made it. */
  async makeBridge({ name, mtu, gateway, subnet }: Bridge): Promise<void> {
    if (this.#indexes.has(name)) return;
    await this.#withIndex(async (index) => {
      const mac = randomMac(this.#randomBytes);
      await this.#send([newBridge({ name, index, mac, mtu }), addAddress(index, gateway, subnet.bits, lastOf(subnet))]);
      this.#indexes.set(name, index);
    });
  }

  /** One that is gone already is no error. */
  async removeLink(name: string): Promise<void> {
    this.#indexes.delete(name);
    try {
      await this.#send([deleteLink(name)]);
    } catch (error) {
      if (!isDrydockError(error, 'guest') || error.errno !== ENODEV) throw error;
    }
  }

  /**
   * Both batches leave together, in this turn.
   * @param pid of a process in the container's network namespace
   * @param isGateway the default route goes through it
   */
  async plug(
    { bridge, address, mac, veth, name, index }: EndpointLink,
    pid: number,
    isGateway: boolean,
  ): Promise<void> {
    const { mtu, subnet, gateway } = bridge;
    const inside = [
      addAddress(index, address, subnet.bits, lastOf(subnet)),
      bringUp(index),
      ...(isGateway ? [defaultRoute(gateway, index)] : []),
    ];
    await this.#withIndex(async (hostIndex) => {
      const bridgeIndex = this.#indexes.get(bridge.name);
      if (bridgeIndex === undefined) throw new DrydockError('internal', `network interface ${bridge.name} not found`);
      const cable = newVeth({
        name: veth,
        index: hostIndex,
        bridge: bridgeIndex,
        mtu,
        peer: { name, index, mac, pid },
      });
      const [outside, within] = await Promise.allSettled([
        this.#send([cable]),
        this.#send(inside, `/proc/${pid}/ns/net`),
      ]);
      if (outside.status === 'rejected') throw outside.reason;
      if (within.status === 'rejected') throw within.reason;
    });
  }

  /** The default route through another network. */
  async routeThrough({ bridge, index }: EndpointLink, pid: number): Promise<void> {
    await this.#send([defaultRoute(bridge.gateway, index)], `/proc/${pid}/ns/net`);
  }

  async #withIndex(use: (index: number) => Promise<void>): Promise<void> {
    try {
      await use(this.#nextIndex++);
    } catch (error) {
      if (!isDrydockError(error, 'guest') || !TAKEN.includes(error.errno ?? 0)) throw error;
      await this.look();
      await use(this.#nextIndex++);
    }
  }

  #send(messages: readonly NetlinkMessage[], namespace?: string): Promise<Uint8Array> {
    return this.#runtime.netlink(encodeMessages(messages), namespace);
  }
}

/** Locally administered, of one host: as Docker 28 gives them. */
export function randomMac(randomBytes: RandomBytes): string {
  const bytes = randomBytes(6);
  bytes[0] = ((bytes[0] ?? 0) & 0xfe) | 0x02;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}
