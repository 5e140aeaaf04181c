// One network: what it was made with, and who is on it.
import type { Address, Subnet } from './address.ts';
import type { AddressPool } from './address-pool.ts';

export type NetworkDriver = 'bridge' | 'host' | 'null';

/** As requests and inspect have it. */
export interface IpamConfig {
  readonly Subnet: string;
  readonly IPRange?: string;
  readonly Gateway?: string;
  readonly AuxiliaryAddresses?: Readonly<Record<string, string>>;
}

/** What is on the disk; inspect shows it all. */
export interface NetworkSettings {
  readonly id: string;
  readonly name: string;
  readonly driver: NetworkDriver;
  readonly createdMs: number;
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly ipam: {
    readonly options: Readonly<Record<string, string>> | null;
    readonly config: readonly IpamConfig[];
  };
  /** It is only settings for others: nobody is ever on it. */
  readonly configOnly: boolean;
  /** Name of the network whose settings it has; empty for its own. */
  readonly configFrom: string;
  /** Somebody chose the subnet: an address in it may be asked for. */
  readonly ownSubnet: boolean;
}

export interface Network extends NetworkSettings {
  /** Of driver `bridge`. */
  readonly bridge?: Bridge;
  /** By the container's id. */
  readonly endpoints: Map<string, Endpoint>;
}

export interface Bridge {
  /** Of the link: docker0, br-0123456789ab. */
  readonly name: string;
  readonly subnet: Subnet;
  /** The bridge's own. */
  readonly gateway: Address;
  /** Through which containers reach other networks: the bridge, or what the user said instead. */
  readonly router: Address;
  readonly pool: AddressPool;
  readonly icc: boolean;
  readonly masquerade: boolean;
  readonly mtu: number;
  /** Where published ports listen when nobody says where. */
  readonly hostAddress: string;
}

/** A container on a network, from its start to its end. */
export interface Endpoint {
  /** 64 hex digits. */
  readonly id: string;
  readonly network: Network;
  readonly containerId: string;
  /** The container's name. */
  name: string;
  /** Names that the embedded DNS answers with its address, in Docker's order; none on the default networks. */
  dnsNames: readonly string[];
  /** Of a bridge's endpoint. */
  readonly link?: EndpointLink;
}

export interface EndpointLink {
  readonly bridge: Bridge;
  readonly address: Address;
  readonly mac: string;
  /** On the host's side. */
  readonly veth: string;
  /** In the container: eth0, with the index that the kernel would give it. */
  readonly name: string;
  readonly index: number;
}

export const PREDEFINED = ['bridge', 'host', 'none'];
