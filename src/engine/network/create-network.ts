// POST /networks/create: what is asked for, and what Docker refuses of it.
// Source: moby daemon/network.go (createNetwork), api/types/network/ipam.go (ValidateIPAM), libnetwork/controller.go (NewNetwork).
import { z } from 'zod';
import { DrydockError } from '../../contracts/errors.ts';
import type { DaemonConfig } from '../daemon/daemon-config.ts';
import { flag, text, textMap } from '../container/request-fields.ts';
import { contains, formatSubnet, overlap, parseAddress, parseBlock } from './address.ts';
import type { Subnet } from './address.ts';
import { configFrom, requireOnlyConfig } from './config-network.ts';
import { joined } from './endpoint-request.ts';
import type { IpamConfig, Network } from './network.ts';
import { PREDEFINED } from './network.ts';
import type { Networks } from './network-store.ts';

const ipamConfigSchema = z.looseObject({ Subnet: text, IPRange: text, Gateway: text, AuxiliaryAddresses: textMap });

export const networkCreateSchema = z.looseObject({
  Name: text,
  Driver: text,
  Scope: text,
  EnableIPv4: z.boolean().nullish(),
  EnableIPv6: z.boolean().nullish(),
  IPAM: z
    .looseObject({
      Driver: text,
      Options: z.record(z.string(), z.string()).nullish(),
      Config: z.array(ipamConfigSchema).nullish(),
    })
    .nullish(),
  Internal: flag,
  Attachable: flag,
  Ingress: flag,
  ConfigOnly: flag,
  ConfigFrom: z.looseObject({ Network: text }).nullish(),
  Options: textMap,
  Labels: textMap,
});

export type NetworkCreateRequest = z.output<typeof networkCreateSchema>;

const NOT_A_MANAGER =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';

/** @throws DrydockError in Docker's words */
export function createNetwork(
  networks: Networks,
  daemon: Pick<DaemonConfig, 'defaultNetworkOptions'>,
  request: NetworkCreateRequest,
): Promise<Network> {
  const { Name, Options, Labels, Internal, Attachable, IPAM } = request;
  if (['default', ...PREDEFINED].includes(Name)) {
    throw new DrydockError('forbidden', `operation is not permitted on predefined ${Name} network `);
  }
  const driver = request.Driver || 'bridge';
  if (driver === 'overlay') throw new DrydockError('forbidden', NOT_A_MANAGER);
  const config = requireIpam(IPAM?.Config ?? [], request.EnableIPv6 === true);
  if (Name.trim() === '') throw refuse('invalid name: name is empty');
  if (request.ConfigOnly) requireOnlyConfig(request);
  const from = request.ConfigFrom?.Network ?? '';
  const usual = from === '' ? daemon.defaultNetworkOptions[driver] : {};
  const asked = {
    options: { ...usual, ...Options },
    labels: Labels,
    ipam: { options: IPAM === null || IPAM === undefined ? null : (IPAM.Options ?? null), config },
  };
  const settings = from === '' ? asked : configFrom(from, networks.all(), asked, request);
  requireMine(request, driver);
  return networks.create({
    ...settings,
    name: Name,
    driver: request.ConfigOnly ? 'null' : 'bridge',
    internal: Internal,
    attachable: Attachable,
    configOnly: request.ConfigOnly,
    configFrom: from,
  });
}

// Better refused than ignored: a network without what was asked for would teach something wrong.
function requireMine(request: NetworkCreateRequest, driver: string): void {
  if (request.EnableIPv6 === true) throw refuse('Cannot create an IPv6 network: this engine has networks of IPv4 only');
  if (request.EnableIPv4 === false) throw refuse('IPv4 or IPv6 must be enabled');
  // It has no driver, whatever is asked for.
  if (request.ConfigOnly) return;
  if (request.Ingress) throw new DrydockError('forbidden', 'Ingress network can only be global scope network');
  if (request.Scope === 'swarm') {
    throw new DrydockError('forbidden', 'cannot create a swarm scoped network when swarm is not active');
  }
  const ipamDriver = request.IPAM?.Driver || 'default';
  if (ipamDriver !== 'default') throw refuse(`invalid ipam driver: ${ipamDriver}`);
  if (driver === 'host' || driver === 'null') {
    throw new DrydockError('forbidden', `only one instance of "${driver}" network is allowed`);
  }
  if (driver === 'macvlan' || driver === 'ipvlan') {
    throw refuse(`Cannot create a network with driver ${driver}: this engine does not have it yet`);
  }
  if (driver !== 'bridge') {
    throw new DrydockError('not-found', `plugin "${driver}" not found`);
  }
}

/** @returns undefined when a subnet is to be chosen */
function requireIpam(configs: readonly z.output<typeof ipamConfigSchema>[], withIpv6: boolean): IpamConfig | undefined {
  const problems: string[] = [];
  for (const { Subnet, IPRange, Gateway, AuxiliaryAddresses } of configs) {
    const block = parseBlock(Subnet);
    if (block === undefined) {
      if (Subnet.includes(':') && !withIpv6) continue;
      problems.push(`invalid subnet ${Subnet}: invalid CIDR block notation`);
      continue;
    }
    const { subnet, address } = block;
    if (address !== subnet.base) problems.push(`invalid subnet ${Subnet}: it should be ${formatSubnet(subnet)}`);
    problems.push(...rangeProblems(IPRange, Subnet, subnet));
    const wrongGateway = addressProblem(Gateway, Subnet, subnet);
    if (wrongGateway !== undefined) problems.push(`invalid gateway ${Gateway}: ${wrongGateway}`);
    for (const [name, auxiliary] of Object.entries(AuxiliaryAddresses)) {
      const wrong = addressProblem(auxiliary, Subnet, subnet);
      if (wrong !== undefined) problems.push(`invalid auxiliary address ${name}: ${wrong}`);
    }
  }
  if (problems.length > 0) throw refuse(`invalid network config:\n${joined(problems)}`);
  const ipv4 = configs.filter(({ Subnet }) => parseBlock(Subnet) !== undefined);
  if (ipv4.length > 1) throw new DrydockError('forbidden', "bridge driver doesn't support multiple subnets");
  const [config] = ipv4;
  if (config === undefined) return undefined;
  const { Subnet, IPRange, Gateway, AuxiliaryAddresses } = config;
  return {
    Subnet,
    ...(IPRange !== '' && { IPRange }),
    ...(Gateway !== '' && { Gateway }),
    ...(Object.keys(AuxiliaryAddresses).length > 0 && { AuxiliaryAddresses }),
  };
}

function rangeProblems(range: string, subnetText: string, subnet: Subnet): string[] {
  if (range === '') return [];
  const block = parseBlock(range);
  if (block === undefined) {
    const isIpv6 = range.includes(':');
    return [`invalid ip-range ${range}: ${isIpv6 ? 'parent subnet is an IPv4 block' : 'invalid CIDR block notation'}`];
  }
  const problems: string[] = [];
  if (block.subnet.bits < subnet.bits) {
    problems.push(`invalid ip-range ${range}: CIDR block is bigger than its parent subnet ${subnetText}`);
  }
  if (block.address !== block.subnet.base) {
    problems.push(`invalid ip-range ${range}: it should be ${formatSubnet(block.subnet)}`);
  }
  if (!overlap(subnet, block.subnet)) {
    problems.push(`invalid ip-range ${range}: parent subnet ${subnetText} doesn't contain ip-range`);
  }
  return problems;
}

function addressProblem(text_: string, subnetText: string, subnet: Subnet): string | undefined {
  if (text_ === '') return undefined;
  const address = parseAddress(text_);
  if (address === undefined) return text_.includes(':') ? 'parent subnet is an IPv4 block' : 'invalid address';
  return contains(subnet, address) ? undefined : `parent subnet ${subnetText} doesn't contain this address`;
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
