// Bridges and the cables that plug containers into them, in the kernel: one batch of netlink messages for each side.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { Runtime } from '../../contracts/runtime.ts';
import type { RandomBytes } from '../random.ts';
import { contains } from './address.ts';
import type { Bridge, EndpointLink } from './network.ts';
import type { HostLink, NetlinkMessage } from './netlink.ts';
import {
  adjustLink,
  bringUp,
  defaultRoute,
  deleteLink,
  dumpLinks,
  encodeMessages,
  hairpin,
  newBridge,
  newVeth,
  parseLinks,
} from './netlink.ts';
import { addAddress, deleteAddress, dumpAddresses, parseAddresses } from './netlink-addresses.ts';
import type { LinkAddress } from './netlink-addresses.ts';

/** errno(3): the index or the name that we chose is somebody's. */
const TAKEN = [16, 17];
const ENODEV = 19;

interface KnownLink extends HostLink {
  readonly addresses: readonly LinkAddress[];
}

export class BridgeDriver {
  readonly #runtime: Pick<Runtime, 'files' | 'netlink'>;
  readonly #randomBytes: RandomBytes;
  /** No processes serve published ports: packets have to find back to where they came from. */
  readonly #hairpin: boolean;
  /** Of the host, by name, as they were at the last look, and our bridges. */
  #links = new Map<string, KnownLink>();
  /** Of the host's next link: said beforehand, it needs no asking after. */
  #nextIndex = 2;

  constructor(runtime: Pick<Runtime, 'files' | 'netlink'>, randomBytes: RandomBytes, options = { hairpin: false }) {
    this.#runtime = runtime;
    this.#randomBytes = randomBytes;
    this.#hairpin = options.hairpin;
  }

  /** Learns what links the host has. */
  async look(): Promise<void> {
    const [links, addresses] = await Promise.all([this.#send([dumpLinks()]), this.#send([dumpAddresses()])]);
    const addressesOf = parseAddresses(addresses);
    const known = [...parseLinks(links)];
    this.#links = new Map(known.map(([name, one]) => [name, { ...one, addresses: addressesOf.get(one.index) ?? [] }]));
    this.#nextIndex = Math.max(1, this.#nextIndex - 1, ...known.map(([, { index }]) => index)) + 1;
  }

  has(name: string): boolean {
    return this.#links.has(name);
  }

  /** IPv4 addresses of a link, as `look` found them. */
  addressesOf(name: string): readonly LinkAddress[] {
    return this.#links.get(name)?.addresses ?? [];
  }

  /** What is there already is changed to what is wanted: an earlier engine made it, or the user. */
  async makeBridge(bridge: Bridge): Promise<void> {
    const { name, mtu, gateway, subnet } = bridge;
    const known = this.#links.get(name);
    if (known !== undefined) await this.#reconcile(known, bridge);
    else {
      await this.#withIndex(async (index) => {
        const mac = randomMac(this.#randomBytes);
        const own = { address: gateway, bits: subnet.bits };
        await this.#send([newBridge({ name, index, mac, mtu }), addAddress(index, own)]);
        this.#links.set(name, { index, mtu, isUp: true, kind: 'bridge', addresses: [own] });
      });
    }
    // Without processes there, 127.0.0.1:PORT is a packet from the loopback to a bridge.
    if (this.#hairpin) await this.#runtime.files.write(localNetworkSetting(name), new TextEncoder().encode('1\n'));
  }

  /** moby setup_ipv4_linux.go: the address within the bridge's network, or else the first one, is the one that changes. */
  async #reconcile(known: KnownLink, { name, mtu, gateway, subnet }: Bridge): Promise<void> {
    if (known.kind !== 'bridge') throw new DrydockError('internal', `existing interface ${name} is not a bridge`);
    const wanted = { address: gateway, bits: subnet.bits };
    const held = known.addresses.find(({ address }) => contains(subnet, address)) ?? known.addresses[0];
    const isRight = held?.address === wanted.address && held.bits === wanted.bits;
    const changes = [
      ...(held === undefined || isRight ? [] : [deleteAddress(known.index, held)]),
      ...(isRight ? [] : [addAddress(known.index, wanted)]),
      ...(known.mtu === mtu && known.isUp ? [] : [adjustLink(known.index, mtu)]),
    ];
    if (changes.length === 0) return;
    await this.#send(changes);
    const others = known.addresses.filter((one) => one !== held);
    this.#links.set(name, { ...known, mtu, isUp: true, addresses: [wanted, ...others] });
  }

  /** One that is gone already is no error. */
  async removeLink(name: string): Promise<void> {
    this.#links.delete(name);
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
    const { mtu, subnet, router } = bridge;
    const inside = [
      addAddress(index, { address, bits: subnet.bits }),
      bringUp(index),
      ...(isGateway ? [defaultRoute(router, index)] : []),
    ];
    await this.#withIndex(async (hostIndex) => {
      const bridgeIndex = this.#links.get(bridge.name)?.index;
      if (bridgeIndex === undefined) throw new DrydockError('internal', `network interface ${bridge.name} not found`);
      const cable = newVeth({
        name: veth,
        index: hostIndex,
        bridge: bridgeIndex,
        mtu,
        peer: { name, index, mac, pid },
      });
      const [outside, within] = await Promise.allSettled([
        this.#send(this.#hairpin ? [cable, hairpin(hostIndex)] : [cable]),
        this.#send(inside, `/proc/${pid}/ns/net`),
      ]);
      if (outside.status === 'rejected') throw outside.reason;
      if (within.status === 'rejected') throw within.reason;
    });
  }

  /** The default route through another network. */
  async routeThrough({ bridge, index }: EndpointLink, pid: number): Promise<void> {
    await this.#send([defaultRoute(bridge.router, index)], `/proc/${pid}/ns/net`);
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

function localNetworkSetting(name: string): string {
  return `/proc/sys/net/ipv4/conf/${name}/route_localnet`;
}

/** Locally administered, of one host: as Docker 28 gives them. */
export function randomMac(randomBytes: RandomBytes): string {
  const bytes = randomBytes(6);
  bytes[0] = ((bytes[0] ?? 0) & 0xfe) | 0x02;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}
