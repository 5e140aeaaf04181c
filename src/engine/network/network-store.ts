// All networks, by id, name and id prefix, on the guest's disk and in its kernel.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { Runtime } from '../../contracts/runtime.ts';
import type { Clock } from '../clock.ts';
import { Mutex } from '../container/mutex.ts';
import { DEFAULT_CONFIG } from '../daemon/daemon-config.ts';
import type { DaemonConfig } from '../daemon/daemon-config.ts';
import type { EmitEvent } from '../event/event-log.ts';
import type { RandomBytes } from '../random.ts';
import { randomId } from '../random.ts';
import { formatAddress, formatSubnet, lastOf, overlap, parseBlock, subnetOf } from './address.ts';
import { freeSubnet } from './address-pool.ts';
import { BridgeDriver } from './bridge-driver.ts';
import { bridgeOf, defaultOptions } from './bridge-options.ts';
import { Firewall } from './firewall.ts';
import { bridgeRules, jumpRules } from './firewall-rules.ts';
import type { Rule } from './firewall-rules.ts';
import type { IpamConfig, Network, NetworkSettings } from './network.ts';
import { PREDEFINED } from './network.ts';
import { networksPath, parseNetworks, writeNetworks } from './network-file.ts';
import { PortAllocator } from './port-allocator.ts';

export interface NetworkDeps {
  readonly runtime: Pick<Runtime, 'files' | 'netlink' | 'spawn'>;
  readonly daemon: DaemonConfig;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly randomBytes: RandomBytes;
  readonly emit: EmitEvent;
  readonly log: (line: string) => void;
}

/** What a create request asks for, checked. */
export type NewNetwork = Omit<NetworkSettings, 'id' | 'createdMs' | 'ipam' | 'ownSubnet'> & {
  readonly ipam: { readonly options: Readonly<Record<string, string>> | null; readonly config: IpamConfig | undefined };
};

const ENOENT = 2;
/** The built snapshot comes with docker0 and its rules: whoever is first finds them as they have to be. */
export const PREPARED_FILE = '/run/docker/network-prepared';
const FORWARDING = '/proc/sys/net/ipv4/ip_forward';

export class Networks {
  readonly driver: BridgeDriver;
  readonly firewall: Firewall;
  readonly ports: PortAllocator;
  readonly #deps: NetworkDeps;
  readonly #turns = new Mutex();
  #networks: readonly Network[];
  #continues = false;

  constructor(deps: NetworkDeps) {
    this.#deps = deps;
    this.driver = new BridgeDriver(deps.runtime, deps.randomBytes);
    this.firewall = new Firewall(deps.runtime, deps.daemon.bridge.iptables);
    this.ports = new PortAllocator();
    this.#networks = this.#predefined([]);
  }

  /** The machine was restored with the rules of running containers in its kernel. */
  get hasRules(): boolean {
    return this.#continues;
  }

  /** Published ports of the loopback are served by processes. */
  get proxied(): boolean {
    return this.#deps.daemon.bridge.userlandProxy;
  }

  all(): readonly Network[] {
    return this.#networks;
  }

  /** Of containers that name none. */
  get default(): Network {
    return this.get('bridge');
  }

  /** By id, name or id prefix. @throws DrydockError `not-found`: network x not found */
  get(reference: string): Network {
    const exact =
      this.#networks.find(({ id }) => id === reference) ?? this.#networks.find(({ name }) => name === reference);
    if (exact !== undefined) return exact;
    const matches = reference === '' ? [] : this.#networks.filter(({ id }) => id.startsWith(reference));
    if (matches.length > 1) {
      const count = `${matches.length} matches found based on ID prefix`;
      throw new DrydockError('invalid-argument', `network ${reference} is ambiguous (${count})`);
    }
    if (matches[0] === undefined) throw new DrydockError('not-found', `network ${reference} not found`);
    return matches[0];
  }

  find(reference: string): Network | undefined {
    try {
      return this.get(reference);
    } catch (error) {
      if (isDrydockError(error, 'not-found', 'invalid-argument')) return undefined;
      throw error;
    }
  }

  /** What an earlier engine left on the disk; the predefined ones are made when they are missing. Never rejects. */
  async load(): Promise<void> {
    const { runtime, daemon, log } = this.#deps;
    const path = networksPath(daemon.dataRoot);
    let saved: readonly NetworkSettings[] | undefined;
    try {
      saved = parseNetworks(new TextDecoder().decode(await runtime.files.read(path)));
    } catch (error) {
      const isMissing = isDrydockError(error, 'guest') && error.errno === ENOENT;
      if (!isMissing) log(`Cannot keep the networks in ${path}: ${reasonOf(error)}`);
    }
    const own = (saved ?? []).filter(({ name }) => !PREDEFINED.includes(name));
    const networks = [...this.#predefined(saved ?? [])];
    for (const settings of own) {
      try {
        networks.push(this.#live(settings));
      } catch (error) {
        log(`Cannot restore network ${settings.name}: ${reasonOf(error)}`);
      }
    }
    this.#networks = networks;
    if (saved === undefined)
      await this.#save().catch((error: unknown) => log(`Cannot write ${path}: ${reasonOf(error)}`));
  }

  /**
   * Brings the kernel to what is known here. Never rejects.
   * @param continues the machine was restored with this engine's rules in it
   */
  async bringUp(continues: boolean): Promise<void> {
    const { runtime, daemon, log } = this.#deps;
    this.#continues = continues;
    try {
      const [, prepared] = await Promise.all([
        this.driver.look(),
        runtime.files.stat(PREPARED_FILE).then(
          () => true,
          () => false,
        ),
      ]);
      const bridges = this.#networks.flatMap(({ bridge }) => (bridge === undefined ? [] : [bridge]));
      // With other settings than the usual the rules are others.
      const isUsual = bridges.length === 1 && JSON.stringify(daemon.bridge) === JSON.stringify(DEFAULT_CONFIG.bridge);
      const isPrepared = continues || (prepared && isUsual);
      await Promise.all([
        ...bridges.map((bridge) => this.driver.makeBridge(bridge)),
        ...(prepared ? [runtime.files.remove(PREPARED_FILE)] : []),
        ...(isPrepared ? [] : [this.#resetRules()]),
      ]);
    } catch (error) {
      log(`Cannot bring up the networks: ${reasonOf(error)}`);
    }
  }

  /** @throws DrydockError in Docker's words; nothing is left behind then */
  async create(request: NewNetwork): Promise<Network> {
    return this.#turns.run(async () => {
      if (this.#networks.some(({ name }) => name === request.name)) {
        throw new DrydockError('conflict', `network with name ${request.name} already exists`);
      }
      const network = this.#live(this.#settingsOf(request));
      const { bridge } = network;
      if (bridge !== undefined) {
        this.#requireOwnBridge(network);
        await this.driver.makeBridge(bridge);
        await this.firewall.change({ add: this.#rulesOf(network) }).catch(async (error: unknown) => {
          await this.driver.removeLink(bridge.name);
          throw error;
        });
      }
      this.#networks = [...this.#networks, network];
      await this.#save();
      this.#emit(network, 'create');
      return network;
    });
  }

  /** @throws DrydockError `forbidden` in Docker's words */
  async remove(network: Network): Promise<void> {
    await this.#turns.run(async () => {
      const { name, endpoints, bridge } = network;
      if (PREDEFINED.includes(name)) {
        throw new DrydockError('forbidden', `${name} is a pre-defined network and cannot be removed`);
      }
      if (!this.#networks.includes(network)) throw new DrydockError('not-found', `network ${name} not found`);
      if (endpoints.size > 0) {
        const who = [...endpoints.values()].map((one) => `name:"${one.name}" id:"${one.id.slice(0, 12)}"`).join(', ');
        const message = `error while removing network: network ${name} has active endpoints (${who})`;
        throw new DrydockError('forbidden', message);
      }
      if (bridge !== undefined) {
        await this.firewall.change({ remove: this.#rulesOf(network) }).catch((error: unknown) => {
          this.#deps.log(`Cannot remove the rules of network ${name}: ${reasonOf(error)}`);
        });
        await this.driver.removeLink(bridge.name);
      }
      this.#networks = this.#networks.filter((other) => other !== network);
      await this.#save();
      this.#emit(network, 'destroy');
    });
  }

  #settingsOf({ ipam, ...request }: NewNetwork): NetworkSettings {
    const { clock, randomBytes } = this.#deps;
    const own = {
      ...request,
      id: randomId(randomBytes),
      createdMs: clock.nowMs(),
      ownSubnet: ipam.config !== undefined,
    };
    if (request.driver !== 'bridge') return { ...own, ipam: { options: ipam.options, config: [] } };
    const used = this.#networks.flatMap(({ bridge }) => (bridge === undefined ? [] : [bridge.subnet]));
    if (ipam.config === undefined) {
      const subnet = freeSubnet(used);
      const config = { Subnet: formatSubnet(subnet), Gateway: formatAddress(subnet.base + 1) };
      return { ...own, ipam: { options: ipam.options, config: [config] } };
    }
    const subnet = parseBlock(ipam.config.Subnet)?.subnet;
    if (subnet !== undefined && used.some((other) => overlap(other, subnet))) {
      const message = 'invalid pool request: Pool overlaps with other one on this address space';
      throw new DrydockError('forbidden', message);
    }
    return { ...own, ipam: { options: ipam.options, config: [ipam.config] } };
  }

  #requireOwnBridge({ id, bridge }: Network): void {
    const other = this.#networks.find((one) => one.bridge !== undefined && one.bridge.name === bridge?.name);
    if (other === undefined) return;
    throw new DrydockError(
      'forbidden',
      `cannot create network ${id} (${bridge?.name}): conflicts with network ${other.id} (${bridge?.name}): ` +
        'networks have same bridge name',
    );
  }

  #rulesOf({ bridge, internal }: Network): Rule[] {
    return bridge === undefined ? [] : bridgeRules(bridge, { internal, proxied: this.proxied });
  }

  async #resetRules(): Promise<void> {
    const { files } = this.#deps.runtime;
    const { ipForward } = this.#deps.daemon.bridge;
    const forwards = await files.read(FORWARDING).then(
      (text) => text[0] === '1'.charCodeAt(0),
      () => true,
    );
    const turnsOn = ipForward && !forwards;
    if (turnsOn) await files.write(FORWARDING, new TextEncoder().encode('1\n'), { mode: 0o644 });
    await this.firewall.reset(
      [...jumpRules(this.proxied), ...this.#networks.flatMap((network) => this.#rulesOf(network))],
      turnsOn,
    );
  }

  #predefined(saved: readonly NetworkSettings[]): Network[] {
    const { daemon, clock, randomBytes } = this.#deps;
    const make = (name: string, driver: Network['driver']): Network => {
      const known = saved.find((one) => one.name === name);
      return this.#live({
        id: known?.id ?? randomId(randomBytes),
        createdMs: known?.createdMs ?? clock.nowMs(),
        name,
        driver,
        internal: false,
        attachable: false,
        options: driver === 'bridge' ? defaultOptions(daemon) : {},
        labels: {},
        ipam: { options: null, config: driver === 'bridge' ? [defaultIpam(daemon)] : [] },
        ownSubnet: driver === 'bridge',
      });
    };
    return [make('bridge', 'bridge'), make('host', 'host'), make('none', 'null')];
  }

  #live(settings: NetworkSettings): Network {
    const endpoints = new Map();
    if (settings.driver !== 'bridge') return { ...settings, endpoints };
    return { ...settings, bridge: bridgeOf(settings), endpoints };
  }

  #emit({ id, name, driver }: Network, action: 'create' | 'destroy'): void {
    this.#deps.emit({ type: 'network', action, id, attributes: { name, type: driver } });
  }

  async #save(): Promise<void> {
    const { runtime, daemon } = this.#deps;
    await writeNetworks(runtime.files, daemon.dataRoot, this.#networks);
  }
}

/** docker0's, from daemon.json's `bip` and `fixed-cidr`. */
function defaultIpam({ bridge }: DaemonConfig): IpamConfig {
  const given = parseBlock(bridge.bip);
  const { address, subnet } = given ?? { address: 0xac11_0001, subnet: subnetOf(0xac11_0000, 16) };
  const range = parseBlock(bridge.fixedCidr)?.subnet;
  const isUsable = range !== undefined && range.base >= subnet.base && lastOf(range) <= lastOf(subnet);
  return {
    Subnet: formatSubnet(subnet),
    ...(isUsable && { IPRange: formatSubnet(range) }),
    Gateway: formatAddress(address),
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
