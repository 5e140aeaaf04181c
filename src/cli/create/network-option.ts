// `--network mine` and its long form `--network name=mine,alias=web,ip=10.0.0.2`, and what they say about endpoints.
import { CliError } from '../cli-error.ts';
import { parseCsv } from '../flags/csv.ts';
import type { Flag, FlagExtras } from '../flags/flag.ts';
import { NumberError, parseGoInt } from '../flags/go-number.ts';
import { cut } from '../flags/list-flags.ts';
import { goQuote } from '../../shared/go-quote.ts';
import { isMacAddress } from './ip-address.ts';

export interface NetworkAttachment {
  readonly target: string;
  readonly aliases: readonly string[];
  readonly links: readonly string[];
  readonly ip: string;
  readonly ip6: string;
  readonly macAddress: string;
  readonly linkLocalIps: readonly string[];
  readonly driverOptions: Readonly<Record<string, string>> | undefined;
  readonly gatewayPriority: number;
}

const EMPTY: NetworkAttachment = {
  target: '',
  aliases: [],
  links: [],
  ip: '',
  ip6: '',
  macAddress: '',
  linkLocalIps: [],
  driverOptions: undefined,
  gatewayPriority: 0,
};

function withField(network: NetworkAttachment, field: string): NetworkAttachment {
  const [rawKey, rawValue] = cut(field.toLowerCase(), '=');
  if (rawValue === undefined || rawKey === '') throw new Error(`invalid field ${field}`);
  const key = rawKey.trim();
  const value = rawValue.trim();
  switch (key) {
    case 'name':
      return { ...network, target: value };
    case 'alias':
      return { ...network, aliases: [...network.aliases, value] };
    case 'ip':
      return { ...network, ip: value };
    case 'ip6':
      return { ...network, ip6: value };
    case 'mac-address':
      return { ...network, macAddress: value };
    case 'link-local-ip':
      return { ...network, linkLocalIps: [...network.linkLocalIps, value] };
    case 'driver-opt': {
      const [option, setting] = cut(value, '=');
      if (setting === undefined || option === '') throw new Error('invalid key value pair format in driver options');
      return { ...network, driverOptions: { ...network.driverOptions, [option.trim()]: setting.trim() } };
    }
    case 'gw-priority':
      try {
        return { ...network, gatewayPriority: parseGoInt(value, 10, 'Atoi') };
      } catch (error) {
        throw new Error(`invalid gw-priority (${value}): ${error instanceof NumberError ? error.reason : ''}`, {
          cause: error,
        });
      }
    default:
      throw new Error(`invalid field key ${key}`);
  }
}

function parseNetwork(text: string): NetworkAttachment {
  if (!/\w+=\w+(,\w+=\w+)*/.test(text)) return { ...EMPTY, target: text };
  const network = parseCsv(text).reduce(withField, EMPTY);
  if (network.target === '') throw new Error('network name/id is not specified');
  return network;
}

export function networkFlag(usage: string, extras: FlagExtras = {}): Flag<readonly NetworkAttachment[]> {
  return {
    type: 'network',
    usage,
    initial: [],
    defaultText: '',
    set: (list, text) => [...list, parseNetwork(text)],
    ...extras,
  };
}

/** What the older, separate flags say. */
export interface NetworkFlags {
  readonly 'network-alias': readonly string[];
  readonly link: readonly string[];
  readonly ip: string;
  readonly ip6: string;
  readonly 'mac-address': string;
  readonly 'link-local-ip': readonly string[];
}

function isUserDefined(network: string): boolean {
  return !['default', 'bridge', 'host', 'none'].includes(network) && !network.startsWith('container:');
}

function merged(network: NetworkAttachment, flags: NetworkFlags): NetworkAttachment {
  const conflicts: readonly (readonly [boolean, string])[] = [
    [network.aliases.length > 0 && flags['network-alias'].length > 0, '--network-alias and per-network alias'],
    [network.links.length > 0 && flags.link.length > 0, '--link and per-network links'],
    [network.ip !== '' && flags.ip !== '', '--ip and per-network IPv4 address'],
    [network.ip6 !== '' && flags.ip6 !== '', '--ip6 and per-network IPv6 address'],
    [network.macAddress !== '' && flags['mac-address'] !== '', '--mac-address and per-network MAC address'],
    [
      network.linkLocalIps.length > 0 && flags['link-local-ip'].length > 0,
      '--link-local-ip and per-network link-local IP addresses',
    ],
  ];
  const conflict = conflicts.find(([both]) => both);
  if (conflict !== undefined) throw new CliError(`conflicting options: cannot specify both ${conflict[1]}`);
  return {
    ...network,
    aliases: flags['network-alias'].length > 0 ? flags['network-alias'] : network.aliases,
    // On the default bridge a link is the container's, elsewhere the endpoint's.
    links: isUserDefined(network.target) && flags.link.length > 0 ? flags.link : network.links,
    ip: flags.ip === '' ? network.ip : flags.ip,
    ip6: flags.ip6 === '' ? network.ip6 : flags.ip6,
    macAddress: flags['mac-address'] === '' ? network.macAddress : flags['mac-address'],
    linkLocalIps: flags['link-local-ip'].length > 0 ? flags['link-local-ip'] : network.linkLocalIps,
  };
}

function isPlain(network: NetworkAttachment): boolean {
  const { target, ...rest } = network;
  return (
    target !== '' &&
    JSON.stringify(rest) === JSON.stringify({ ...EMPTY, target: undefined, driverOptions: rest.driverOptions }) &&
    rest.driverOptions === undefined
  );
}

function endpoint(network: NetworkAttachment): Record<string, unknown> {
  if (network.target.trim() === '') throw new CliError('no name set for network');
  if (!isUserDefined(network.target)) {
    if (network.aliases.length > 0)
      throw new CliError('network-scoped aliases are only supported for user-defined networks');
    if (network.links.length > 0) throw new CliError('links are only supported for user-defined networks');
  }
  if (network.macAddress !== '' && !isMacAddress(network.macAddress))
    throw new CliError(`${network.macAddress} is not a valid mac address`);
  const { ip, ip6, linkLocalIps } = network;
  const hasAddress = ip !== '' || ip6 !== '' || linkLocalIps.length > 0;
  const addresses = {
    ...(ip === '' ? {} : { IPv4Address: ip }),
    ...(ip6 === '' ? {} : { IPv6Address: ip6 }),
    ...(linkLocalIps.length === 0 ? {} : { LinkLocalIPs: linkLocalIps }),
  };
  return {
    IPAMConfig: hasAddress ? addresses : null,
    Links: network.links.length === 0 ? null : network.links,
    Aliases: network.aliases.length === 0 ? null : network.aliases,
    MacAddress: network.macAddress,
    DriverOpts: network.driverOptions ?? null,
    GwPriority: network.gatewayPriority,
    NetworkID: '',
    EndpointID: '',
    Gateway: '',
    IPAddress: '',
    IPPrefixLen: 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    DNSNames: null,
  };
}

/** `NetworkingConfig.EndpointsConfig` of a create request. @throws CliError in Docker's words */
export function endpointsConfig(networks: readonly NetworkAttachment[], flags: NetworkFlags): Record<string, unknown> {
  if (networks.length === 0) return { default: endpoint(merged({ ...EMPTY, target: 'default' }, flags)) };
  const endpoints: Record<string, unknown> = {};
  for (const [at, network] of networks.entries()) {
    // The older flags speak of the first network.
    const whole = at === 0 ? merged(network, flags) : network;
    const settings = endpoint(whole);
    if (Object.hasOwn(endpoints, network.target))
      throw new CliError(`network ${goQuote(network.target)} is specified multiple times`);
    if (networks.length === 1 && isPlain(whole)) continue;
    endpoints[network.target] = settings;
  }
  const kinds = new Set(networks.map(({ target }) => isUserDefined(target)));
  if (kinds.size > 1)
    throw new CliError('conflicting options: cannot attach both user-defined and non-user-defined network-modes');
  return endpoints;
}
