// All networks, by id, name and id prefix, on the guest's disk and in its kernel.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { Runtime } from '../../contracts/runtime.ts';
import type { Clock } from '../clock.ts';
import { Mutex } from '../container/mutex.ts';
import type { DaemonConfig } from '../daemon/daemon-config.ts';
import type { EmitEvent } from '../event/event-log.ts';
import type { RandomBytes } from '../random.ts';
import { randomId } from '../random.ts';
import { bringUpNetworks, rulesOf } from './bring-up.ts';
import { BridgeDriver } from './bridge-driver.ts';
import { DEFAULT_BRIDGE, defaultBridgeName, NO_BRIDGE } from './default-network.ts';
import { requireUnusedConfig } from './config-network.ts';
import { Firewall } from './firewall.ts';
import type { Network, NetworkSettings } from './network.ts';
import { PREDEFINED } from './network.ts';
import { networksPath, parseNetworks, writeNetworks } from './network-file.ts';
import type { NewNetwork } from './new-network.ts';
import { liveNetwork, newSettings, requireOwnBridge } from './new-network.ts';
import { PortAllocator } from './port-allocator.ts';
import { predefinedNetworks } from './predefined-networks.ts';

export interface NetworkDeps {
  readonly runtime: Pick<Runtime, 'files' | 'netlink' | 'spawn'>;
  readonly daemon: DaemonConfig;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly randomBytes: RandomBytes;
  readonly emit: EmitEvent;
  readonly log: (line: string) => void;
}

const ENOENT = 2;

export interface LoadOptions {
  /** Containers run on the networks as they were: what daemon.json says of the default one waits until they end. */
  readonly keeps: boolean;
}

export class Networks {
  readonly driver: BridgeDriver;
  readonly firewall: Firewall;
  readonly ports: PortAllocator;
  readonly #deps: NetworkDeps;
  readonly #turns = new Mutex();
  #networks: readonly Network[];
  #before: Network | undefined;
  #continues = false;

  constructor(deps: NetworkDeps) {
    this.#deps = deps;
    this.driver = new BridgeDriver(deps.runtime, deps.randomBytes, { hairpin: !this.proxied });
    this.firewall = new Firewall(deps.runtime, deps.daemon.bridge.iptables);
    this.ports = new PortAllocator();
    this.#networks = predefinedNetworks(deps, { saved: [], held: [], others: [], keeps: false });
  }

  /** The machine was restored with the rules of running containers in its kernel. */
  get hasRules(): boolean {
    return this.#continues;
  }

  /** Published ports of the loopback are served by processes. */
  get proxied(): boolean {
    return this.#deps.daemon.bridge.userlandProxy;
  }

  /** Routers outside may send to containers' own addresses. */
  get directRouting(): boolean {
    return this.#deps.daemon.bridge.allowDirectRouting;
  }

  /** The default network of the engine before. */
  get before(): Network | undefined {
    return this.#before;
  }

  all(): readonly Network[] {
    return this.#networks;
  }

  /** Of containers that name none; undefined with `"bridge": "none"`. */
  get default(): Network | undefined {
    return this.find('bridge');
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
  async load({ keeps }: LoadOptions): Promise<void> {
    const { daemon, log } = this.#deps;
    const [saved] = await Promise.all([this.#read(), this.#lookAtHost(keeps)]);
    const restored = (saved ?? []).flatMap((settings) => {
      try {
        return [liveNetwork(settings)];
      } catch (error) {
        log(`Cannot restore network ${settings.name}: ${reasonOf(error)}`);
        return [];
      }
    });
    const own = restored.filter(({ name }) => !PREDEFINED.includes(name));
    this.#before = restored.find(({ name }) => name === 'bridge');
    const held = this.driver.addressesOf(defaultBridgeName(daemon.bridge));
    try {
      this.#networks = [...predefinedNetworks(this.#deps, { saved: saved ?? [], held, others: own, keeps }), ...own];
    } catch (error) {
      log(`error creating default "bridge" network: ${reasonOf(error)}`);
      this.#networks = [...this.#networks, ...own];
    }
    // Nobody waits for it; what is saved later comes later.
    void this.#turns
      .run(() => this.#save())
      .catch((error: unknown) => {
        log(`Cannot write ${networksPath(daemon.dataRoot)}: ${reasonOf(error)}`);
      });
  }

  async #read(): Promise<readonly NetworkSettings[] | undefined> {
    const { runtime, daemon, log } = this.#deps;
    const path = networksPath(daemon.dataRoot);
    try {
      return parseNetworks(new TextDecoder().decode(await runtime.files.read(path)));
    } catch (error) {
      const isMissing = isDrydockError(error, 'guest') && error.errno === ENOENT;
      if (!isMissing) log(`Cannot keep the networks in ${path}: ${reasonOf(error)}`);
      return undefined;
    }
  }

  /** With pools of its own or without a default network the daemon does not go on with the docker0 that it finds. */
  async #lookAtHost(keeps: boolean): Promise<void> {
    const { daemon, log } = this.#deps;
    const isUnwanted =
      daemon.bridge.bridge === NO_BRIDGE || (daemon.defaultAddressPools.length > 0 && !daemon.liveRestore);
    try {
      if (isUnwanted && !keeps) await this.driver.removeLink(DEFAULT_BRIDGE);
      await this.driver.look();
    } catch (error) {
      log(`Cannot look at the host's network: ${reasonOf(error)}`);
    }
  }

  /**
   * Brings the kernel to what is known here. Never rejects.
   * @param continues the machine was restored with this engine's rules in it
   */
  async bringUp(continues: boolean): Promise<void> {
    this.#continues = continues;
    try {
      await bringUpNetworks(this.#deps, this, continues);
    } catch (error) {
      this.#deps.log(`Cannot bring up the networks: ${reasonOf(error)}`);
    }
  }

  /** @throws DrydockError in Docker's words; nothing is left behind then */
  async create(request: NewNetwork): Promise<Network> {
    return this.#turns.run(async () => {
      if (this.#networks.some(({ name }) => name === request.name)) {
        throw new DrydockError('conflict', `network with name ${request.name} already exists`);
      }
      const { randomBytes, clock, daemon } = this.#deps;
      const made = { id: randomId(randomBytes), createdMs: clock.nowMs() };
      const network = liveNetwork(newSettings(request, made, this.#networks, daemon.defaultAddressPools));
      const { bridge } = network;
      if (bridge !== undefined) {
        requireOwnBridge(network, this.#networks);
        await this.driver.makeBridge(bridge);
        await this.firewall.change({ add: rulesOf(network, this.proxied) }).catch(async (error: unknown) => {
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
      requireUnusedConfig(network, this.#networks);
      if (bridge !== undefined) {
        await this.firewall.change({ remove: rulesOf(network, this.proxied) }).catch((error: unknown) => {
          this.#deps.log(`Cannot remove the rules of network ${name}: ${reasonOf(error)}`);
        });
        await this.driver.removeLink(bridge.name);
      }
      this.#networks = this.#networks.filter((other) => other !== network);
      await this.#save();
      this.#emit(network, 'destroy');
    });
  }

  #emit({ id, name, driver }: Network, action: 'create' | 'destroy'): void {
    this.#deps.emit({ type: 'network', action, id, attributes: { name, type: driver } });
  }

  async #save(): Promise<void> {
    const { runtime, daemon } = this.#deps;
    await writeNetworks(runtime.files, daemon.dataRoot, this.#networks);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
