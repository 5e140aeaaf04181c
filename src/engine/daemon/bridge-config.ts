// What daemon.json says of the default network and of the rules for all of them.
import type { ConfigFile } from './config-schema.ts';

export interface BridgeConfig {
  /** A bridge that the user made, `none` for no default network, empty for docker0. */
  readonly bridge: string;
  /** Address of docker0 with its network, empty for the default. */
  readonly bip: string;
  readonly fixedCidr: string;
  readonly defaultGateway: string;
  readonly mtu: number;
  readonly icc: boolean;
  readonly iptables: boolean;
  readonly ipMasq: boolean;
  readonly ipForward: boolean;
  /** Packets that no rule allows are forwarded still when the engine turns forwarding on. */
  readonly ipForwardNoDrop: boolean;
  readonly userlandProxy: boolean;
  readonly allowDirectRouting: boolean;
  /** Address that published ports listen on. */
  readonly ip: string;
}

export function bridgeOf(file: ConfigFile): BridgeConfig {
  return {
    bridge: file.bridge ?? '',
    bip: file.bip ?? '',
    fixedCidr: file['fixed-cidr'] ?? '',
    defaultGateway: file['default-gateway'] ?? '',
    mtu: file.mtu || 1500,
    icc: file.icc ?? true,
    iptables: file.iptables ?? true,
    ipMasq: file['ip-masq'] ?? true,
    ipForward: file['ip-forward'] ?? true,
    ipForwardNoDrop: file['ip-forward-no-drop'] ?? false,
    userlandProxy: file['userland-proxy'] ?? true,
    allowDirectRouting: file['allow-direct-routing'] ?? false,
    ip: file.ip || '0.0.0.0',
  };
}
