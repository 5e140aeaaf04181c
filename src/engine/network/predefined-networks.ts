// The networks that are always there. As with dockerd the default one is made anew by each engine, by what daemon.json says then,
// unless containers run on it. Source: moby daemon/daemon_unix.go (configureNetworking).
import type { DaemonConfig } from '../daemon/daemon-config.ts';
import type { RandomBytes } from '../random.ts';
import { randomId } from '../random.ts';
import { defaultIpam, defaultOptions, NO_BRIDGE } from './default-network.ts';
import type { LinkAddress } from './netlink-addresses.ts';
import type { Network, NetworkSettings } from './network.ts';
import { liveNetwork, subnetsOf } from './new-network.ts';
import { freeSubnet } from './subnet-pools.ts';

const COMMON = { internal: false, attachable: false, labels: {}, configOnly: false, configFrom: '' };

interface Deps {
  readonly daemon: DaemonConfig;
  readonly clock: { nowMs(): number };
  readonly randomBytes: RandomBytes;
}

interface Known {
  readonly saved: readonly NetworkSettings[];
  /** Addresses of the default network's bridge. */
  readonly held: readonly LinkAddress[];
  readonly others: readonly Network[];
  readonly keeps: boolean;
}

/** @throws DrydockError in Docker's words when the default one cannot be as daemon.json says */
export function predefinedNetworks({ daemon, clock, randomBytes }: Deps, known: Known): Network[] {
  const savedOf = (name: string): NetworkSettings | undefined => known.saved.find((one) => one.name === name);
  const plain = (name: string, driver: 'host' | 'null'): Network => {
    const common = { ...COMMON, options: {}, ownSubnet: false };
    const ipam = { options: null, config: [] };
    const made = { id: randomId(randomBytes), createdMs: clock.nowMs() };
    return liveNetwork({ ...common, ipam, ...made, ...savedOf(name), name, driver });
  };
  return [...defaultNetwork(), plain('host', 'host'), plain('none', 'null')];

  function defaultNetwork(): Network[] {
    const before = savedOf('bridge');
    if (known.keeps && before !== undefined) return [liveNetwork(before)];
    if (daemon.bridge.bridge === NO_BRIDGE) return [];
    const choose = () => freeSubnet(subnetsOf(known.others), daemon.defaultAddressPools);
    const settings: NetworkSettings = {
      id: randomId(randomBytes),
      createdMs: clock.nowMs(),
      name: 'bridge',
      driver: 'bridge',
      ...COMMON,
      options: defaultOptions(daemon.bridge),
      ipam: { options: null, config: [defaultIpam(daemon.bridge, known.held, choose)] },
      ownSubnet: true,
    };
    return [liveNetwork(settings)];
  }
}
