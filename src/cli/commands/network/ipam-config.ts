// `--subnet`, `--ip-range`, `--gateway` and `--aux-address` of `network create`, each put to the subnet that it is in.
// Source: docker/cli cli/command/network/create.go (createIPAMConfig).
import { CliError } from '../../cli-error.ts';

export interface IpamFlags {
  readonly subnet: readonly string[];
  readonly 'ip-range': readonly string[];
  readonly gateway: readonly string[];
  readonly 'aux-address': Readonly<Record<string, string>>;
}

interface IpamConfig {
  readonly Subnet: string;
  IPRange?: string;
  Gateway?: string;
  readonly AuxiliaryAddresses: Record<string, string>;
}

/** `IPAM.Config` of POST /networks/create. @throws CliError in Docker's words */
export function ipamConfigs(flags: IpamFlags): object[] {
  const { subnet: subnets, 'ip-range': ranges, gateway: gateways, 'aux-address': auxiliary } = flags;
  if (subnets.length < ranges.length || subnets.length < gateways.length) {
    throw new CliError('every ip-range or gateway must have a corresponding subnet');
  }
  const configs = new Map<string, IpamConfig>();
  for (const subnet of subnets) {
    for (const other of configs.keys()) {
      const [one, another] = [matches(subnet, other), matches(other, subnet)];
      if (one || another) throw new CliError('multiple overlapping subnet configuration is not supported');
    }
    configs.set(subnet, { Subnet: subnet, AuxiliaryAddresses: {} });
  }
  const within = (text: string, what: string): IpamConfig[] => {
    const found = [...configs.values()].filter(({ Subnet }) => matches(Subnet, text));
    if (found.length === 0) throw new CliError(`no matching subnet for ${what} ${text}`);
    return found;
  };
  for (const range of ranges) {
    if (subnets.length > 0) parseCidr(range);
    for (const config of within(range, 'range')) {
      if (config.IPRange !== undefined) {
        const both = `${range}, ${config.IPRange}`;
        throw new CliError(`cannot configure multiple ranges (${both}) on the same subnet (${config.Subnet})`);
      }
      config.IPRange = range;
    }
  }
  for (const gateway of gateways) {
    for (const config of within(gateway, 'gateway')) {
      if (config.Gateway !== undefined) {
        const both = `${gateway}, ${config.Gateway}`;
        throw new CliError(`cannot configure multiple gateways (${both}) for the same subnet (${config.Subnet})`);
      }
      config.Gateway = gateway;
    }
  }
  for (const [name, address] of Object.entries(auxiliary)) {
    for (const config of within(address, 'aux-address')) config.AuxiliaryAddresses[name] = address;
  }
  return [...configs.values()].map(({ AuxiliaryAddresses, ...config }) => ({
    ...config,
    ...(Object.keys(AuxiliaryAddresses).length > 0 && { AuxiliaryAddresses }),
  }));
}

interface Cidr {
  readonly bits: string;
  readonly length: number;
}

function matches(subnet: string, text: string): boolean {
  let cidr: Cidr;
  try {
    cidr = parseCidr(subnet);
  } catch (error) {
    throw new CliError(`invalid subnet: ${error instanceof Error ? error.message : String(error)}`);
  }
  const bits = text.includes('/') ? parseCidr(text).bits : addressBits(text);
  return bits !== undefined && bits.length === cidr.bits.length && bits.startsWith(cidr.bits.slice(0, cidr.length));
}

/** @throws CliError as net.ParseCIDR words it */
function parseCidr(text: string): Cidr {
  const [, address = '', length = ''] = /^([^/]+)\/(\d+)$/.exec(text) ?? [];
  const bits = addressBits(address);
  if (bits === undefined || Number(length) > bits.length) throw new CliError(`invalid CIDR address: ${text}`);
  return { bits, length: Number(length) };
}

/** 32 or 128 digits. */
function addressBits(text: string): string | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const bytes = text.split('.');
    if (bytes.some((byte) => Number(byte) > 255 || (byte.length > 1 && byte.startsWith('0')))) return undefined;
    return bytes.map((byte) => Number(byte).toString(2).padStart(8, '0')).join('');
  }
  if (!/^[0-9a-fA-F:]+$/.test(text) || !text.includes(':') || !URL.canParse(`http://[${text}]/`)) return undefined;
  const [head = '', tail] = text.split('::', 2);
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const known = [groups(head), groups(tail ?? '')];
  const missing = 8 - (known[0]?.length ?? 0) - (known[1]?.length ?? 0);
  const all =
    tail === undefined ? groups(head) : [...(known[0] ?? []), ...Array<string>(missing).fill('0'), ...(known[1] ?? [])];
  return all.map((group) => parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
