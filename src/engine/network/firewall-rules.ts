// The rules that Docker 28 writes for bridges and published ports, in its chains and in its order.
// Source: moby v28 libnetwork/drivers/bridge/internal/iptabler, libnetwork/firewall_linux.go.
import { formatAddress, formatSubnet } from './address.ts';
import type { Address } from './address.ts';
import type { Bridge } from './network.ts';

export type Table = 'raw' | 'nat' | 'filter';

export interface Rule {
  readonly table: Table;
  readonly chain: string;
  /** At the chain's beginning rather than at its end. */
  readonly first?: boolean;
  readonly text: string;
}

export interface PublishedPort {
  readonly protocol: string;
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly address: Address;
  readonly port: number;
  readonly bridge: Bridge;
}

const FILTER_CHAINS = ['DOCKER', 'DOCKER-BRIDGE', 'DOCKER-CT', 'DOCKER-FORWARD'];
const ISOLATION = ['DOCKER-ISOLATION-STAGE-1', 'DOCKER-ISOLATION-STAGE-2'];

/** In which chains Docker's rules are; those of users are in DOCKER-USER. */
export const CHAINS: Readonly<Record<'nat' | 'filter', readonly string[]>> = {
  nat: ['DOCKER'],
  filter: [...FILTER_CHAINS, ...ISOLATION],
};

/** What leads into Docker's chains. @param proxied published ports of 127.0.0.1 are served by processes */
export function jumpRules(proxied: boolean): Rule[] {
  const local = '-m addrtype --dst-type LOCAL -j DOCKER';
  const forward = (text: string): Rule => ({ table: 'filter', chain: 'DOCKER-FORWARD', text });
  return [
    { table: 'nat', chain: 'PREROUTING', text: local },
    { table: 'nat', chain: 'OUTPUT', text: proxied ? `! -d 127.0.0.0/8 ${local}` : local },
    { table: 'filter', chain: 'FORWARD', first: true, text: '-j DOCKER-FORWARD' },
    { table: 'filter', chain: 'FORWARD', first: true, text: '-j DOCKER-USER' },
    forward('-j DOCKER-CT'),
    forward('-j DOCKER-ISOLATION-STAGE-1'),
    forward('-j DOCKER-BRIDGE'),
  ];
}

export interface BridgeRulesOptions {
  readonly internal: boolean;
  readonly proxied: boolean;
}

export function bridgeRules({ name, subnet, icc, masquerade }: Bridge, options: BridgeRulesOptions): Rule[] {
  const block = formatSubnet(subnet);
  const rule = (chain: string, text: string, first = false): Rule => ({ table: 'filter', chain, first, text });
  const withinBridge = `-i ${name} -o ${name} -j`;
  if (options.internal) {
    return [
      rule('DOCKER-ISOLATION-STAGE-1', `! -d ${block} -i ${name} -j DROP`, true),
      rule('DOCKER-ISOLATION-STAGE-1', `! -s ${block} -o ${name} -j DROP`, true),
      rule('DOCKER-FORWARD', `${withinBridge} ${icc ? 'ACCEPT' : 'DROP'}`),
    ];
  }
  const nat = (chain: string, text: string): Rule => ({ table: 'nat', chain, first: true, text });
  return [
    ...(masquerade ? [nat('POSTROUTING', `-s ${block} ! -o ${name} -j MASQUERADE`)] : []),
    ...(masquerade && options.proxied ? [nat('DOCKER', `-i ${name} -j RETURN`)] : []),
    ...(options.proxied ? [] : [nat('POSTROUTING', `-o ${name} -m addrtype --src-type LOCAL -j MASQUERADE`)]),
    ...(icc ? [] : [rule('DOCKER-FORWARD', `${withinBridge} DROP`)]),
    rule('DOCKER-FORWARD', icc ? `-i ${name} -j ACCEPT` : `-i ${name} ! -o ${name} -j ACCEPT`),
    rule('DOCKER', `! -i ${name} -o ${name} -j DROP`),
    rule('DOCKER-CT', `-o ${name} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`),
    rule('DOCKER-BRIDGE', `-o ${name} -j DOCKER`),
    rule('DOCKER-ISOLATION-STAGE-1', `-i ${name} ! -o ${name} -j DOCKER-ISOLATION-STAGE-2`, true),
    rule('DOCKER-ISOLATION-STAGE-2', `-o ${name} -j DROP`, true),
  ];
}

/**
 * Nobody outside reaches published ports but by the host's addresses. Docker writes it for each container; without published
 * ports its other rules do the same.
 */
export function directRule({ bridge, address }: Pick<PublishedPort, 'bridge' | 'address'>): Rule {
  const text = `-d ${formatAddress(address)}/32 ! -i ${bridge.name} -j DROP`;
  return { table: 'raw', chain: 'PREROUTING', text };
}

export function portRules(port: PublishedPort, proxied: boolean): Rule[] {
  const { protocol, hostAddress, hostPort, bridge } = port;
  // What only docker-proxy carries.
  if (hostAddress.includes(':')) return [];
  const address = formatAddress(port.address);
  const notFromBridge = proxied ? `! -i ${bridge.name} ` : '';
  const only = hostAddress === '0.0.0.0' ? '' : `-d ${hostAddress}/32 `;
  const toPort = (number: number): string => `-p ${protocol} -m ${protocol} --dport ${number}`;
  const loopback = hostAddress.startsWith('127.')
    ? [{ table: 'raw', chain: 'PREROUTING', text: `-d ${hostAddress}/32 ! -i lo ${toPort(hostPort)} -j DROP` } as const]
    : [];
  const back: Rule = {
    table: 'nat',
    chain: 'POSTROUTING',
    text: `-s ${address}/32 -d ${address}/32 ${toPort(port.port)} -j MASQUERADE`,
  };
  return [
    ...loopback,
    {
      table: 'nat',
      chain: 'DOCKER',
      text: `${only}${notFromBridge}${toPort(hostPort)} -j DNAT --to-destination ${address}:${port.port}`,
    },
    ...(proxied ? [] : [back]),
    {
      table: 'filter',
      chain: 'DOCKER',
      first: true,
      text: `-d ${address}/32 ! -i ${bridge.name} -o ${bridge.name} ${toPort(port.port)} -j ACCEPT`,
    },
  ];
}
