// An engine starts: bridges and rules in the kernel become those of the networks that it knows.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { Runtime } from '../../contracts/runtime.ts';
import { DEFAULT_CONFIG } from '../daemon/daemon-config.ts';
import type { DaemonConfig } from '../daemon/daemon-config.ts';
import type { BridgeDriver } from './bridge-driver.ts';
import type { Firewall } from './firewall.ts';
import { bridgeRules, jumpRules } from './firewall-rules.ts';
import type { Rule } from './firewall-rules.ts';
import type { Network } from './network.ts';

/** The built snapshot comes with docker0 and its rules: whoever is first finds them as they have to be. */
export const PREPARED_FILE = '/run/docker/network-prepared';
/** Of links to come, containers' too: one that comes up says whose its address is now, as Docker 28 does. */
const ANNOUNCING = '/proc/sys/net/ipv4/conf/default/arp_notify';
const FORWARDING = '/proc/sys/net/ipv4/ip_forward';

interface Deps {
  readonly runtime: Pick<Runtime, 'files'>;
  readonly daemon: DaemonConfig;
  readonly log: (line: string) => void;
}

interface Known {
  readonly driver: BridgeDriver;
  readonly firewall: Firewall;
  readonly proxied: boolean;
  /** The default network of the engine before. */
  readonly before: Network | undefined;
  all(): readonly Network[];
}

/** @param continues the machine was restored with this engine's rules in it */
export async function bringUpNetworks(deps: Deps, known: Known, continues: boolean): Promise<void> {
  const { files } = deps.runtime;
  const { bridge: config } = deps.daemon;
  const prepared = await files.stat(PREPARED_FILE).then(
    () => true,
    () => false,
  );
  const bridges = known.all().flatMap(({ bridge }) => (bridge === undefined ? [] : [bridge]));
  // With other settings than the usual the rules are others.
  const isUsual = bridges.length === 1 && JSON.stringify(config) === JSON.stringify(DEFAULT_CONFIG.bridge);
  const hasRules = continues || (prepared && isUsual && deps.daemon.defaultAddressPools.length === 0);
  await Promise.all([
    ...bridges.map(async (bridge) => {
      // A bridge of the user's is the user's to make.
      if (bridge.name === config.bridge && !known.driver.has(bridge.name)) {
        const message = `bridge device with non default name ${bridge.name} must be created manually`;
        throw new DrydockError('forbidden', `error creating default "bridge" network: ${message}`);
      }
      await known.driver.makeBridge(bridge);
    }),
    // Somebody may still know an address by the cable of a container that is gone.
    files.write(ANNOUNCING, new TextEncoder().encode('1\n')).catch((error: unknown) => {
      if (!isDrydockError(error, 'guest')) throw error;
    }),
    ...(prepared ? [files.remove(PREPARED_FILE)] : []),
    ...(hasRules ? [] : [resetRules(deps, known)]),
  ]);
}

export function rulesOf({ bridge, internal }: Network, proxied: boolean): Rule[] {
  return bridge === undefined ? [] : bridgeRules(bridge, { internal, proxied });
}

async function resetRules({ runtime, daemon }: Deps, known: Known): Promise<void> {
  const { firewall, proxied } = known;
  const { ipForward, ipForwardNoDrop } = daemon.bridge;
  const forwards = await runtime.files.read(FORWARDING).then(
    (text) => text[0] === '1'.charCodeAt(0),
    () => true,
  );
  const turnsOn = ipForward && !forwards;
  if (turnsOn) await runtime.files.write(FORWARDING, new TextEncoder().encode('1\n'), { mode: 0o644 });
  const rules = [...jumpRules(proxied), ...known.all().flatMap((network) => rulesOf(network, proxied))];
  const networks = [...known.all(), ...(known.before === undefined ? [] : [known.before])];
  const obsolete = networks.flatMap((network) => [true, false].flatMap((served) => rulesOf(network, served)));
  await firewall.reset(rules, { dropForwarded: turnsOn && !ipForwardNoDrop, obsolete });
}
