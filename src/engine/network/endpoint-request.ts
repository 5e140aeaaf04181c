// What a container asks of one of its networks: its members, and what Docker refuses of them.
// Source: moby api/types/network/endpoint.go, daemon/container_operations.go (validateEndpointSettings).
import { z } from 'zod';
import { DrydockError } from '../../contracts/errors.ts';
import { integer, text, textMap } from '../container/request-fields.ts';
import { contains, parseAddress, parseBlock } from './address.ts';
import type { Network } from './network.ts';
import { PREDEFINED } from './network.ts';

const textsOrNull = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? null);

export const endpointSchema = z.looseObject({
  IPAMConfig: z
    .looseObject({ IPv4Address: text, IPv6Address: text, LinkLocalIPs: textsOrNull })
    .nullish()
    .transform((value) => value ?? null),
  Links: textsOrNull,
  Aliases: textsOrNull,
  MacAddress: text,
  DriverOpts: textMap.nullish().transform((value) => (value && Object.keys(value).length > 0 ? value : null)),
  GwPriority: integer,
});

export type EndpointRequest = z.output<typeof endpointSchema>;

export const NO_REQUEST: EndpointRequest = endpointSchema.parse({});

export function isUserDefined(network: string): boolean {
  return !['default', ...PREDEFINED].includes(network) && !network.startsWith('container:');
}

/**
 * @param network undefined while it does not exist
 * @throws DrydockError `invalid-argument` in Docker's words
 */
export function requireUsable(name: string, network: Network | undefined, request: EndpointRequest): void {
  const problems = problemsOf(name, network, request);
  if (problems.length > 0) throw refuse(`invalid endpoint settings:\n${joined(problems)}`);
  if (request.MacAddress !== '' && !/^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(request.MacAddress)) {
    throw refuse(`invalid MAC address ${request.MacAddress}`);
  }
}

/** As Go's multierror prints them. */
export function joined(problems: readonly string[]): string {
  if (problems.length === 1) return (problems[0] ?? '').trim();
  return problems.map((problem) => `* ${problem.replaceAll('\n', '\n\t')}`).join('\n');
}

function problemsOf(name: string, network: Network | undefined, request: EndpointRequest): string[] {
  const { IPv4Address = '', IPv6Address = '', LinkLocalIPs = null } = request.IPAMConfig ?? {};
  const problems: string[] = [];
  if (!isUserDefined(name)) {
    if (IPv4Address !== '' || IPv6Address !== '') {
      problems.push('user specified IP address is supported on user defined networks only');
    }
    if ((request.Aliases ?? []).length > 0) {
      problems.push('network-scoped alias is supported only for containers in user defined networks');
    }
  }
  if (IPv4Address !== '' && !(parseAddress(IPv4Address) ?? 0)) problems.push(`invalid IPv4 address: ${IPv4Address}`);
  if (IPv6Address !== '' && !isIpv6(IPv6Address)) problems.push(`invalid IPv6 address: ${IPv6Address}`);
  for (const address of LinkLocalIPs ?? []) {
    if (parseAddress(address) === undefined && !isIpv6(address)) {
      problems.push(`invalid link-local IP address: ${address}`);
    }
  }
  if (network !== undefined) problems.push(...rangeProblems(network, IPv4Address, IPv6Address));
  return problems;
}

function rangeProblems({ ownSubnet, ipam }: Network, ipv4: string, ipv6: string): string[] {
  const nowhere =
    'user specified IP address is supported only when connecting to networks with user configured subnets';
  const problems: string[] = [];
  if (ipv4 !== '') {
    const address = parseAddress(ipv4) ?? -1;
    const isInside = ipam.config.some(({ Subnet }) => {
      const subnet = parseBlock(Subnet)?.subnet;
      return subnet !== undefined && contains(subnet, address);
    });
    if (!ownSubnet) problems.push(nowhere);
    else if (!isInside) problems.push(`no configured subnet or ip-range contain the IP address ${ipv4}`);
  }
  if (ipv6 !== '') problems.push(nowhere);
  return problems;
}

function isIpv6(text_: string): boolean {
  return text_.includes(':') && text_ !== '::' && /^[0-9a-fA-F:.]+$/.test(text_) && URL.canParse(`http://[${text_}]/`);
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
