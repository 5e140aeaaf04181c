// `-p` and `-P`: which ports of the host lead to which of the container's.
// Source: moby daemon/network.go (buildPortsRelatedCreateEndpointOptions), libnetwork/drivers/bridge/port_mapping_linux.go.
import type { NetworkSettings, PortSummary } from '@docker/node-sdk';
import { z } from 'zod';
import { DrydockError } from '../../contracts/errors.ts';
import type { Config, HostConfig } from '../container/create-request.ts';
import type { PortAllocator, PortRange } from './port-allocator.ts';

type PortMap = NonNullable<NetworkSettings['Ports']>;

/** One port of the container at one address of the host. */
export interface PortBinding {
  readonly protocol: string;
  readonly port: number;
  readonly hostAddress: string;
  readonly hostPort: number;
}

interface WantedBinding extends Omit<PortBinding, 'hostPort' | 'hostAddress'> {
  /** Both families' when nobody says. */
  readonly hostAddress: string;
  readonly range: PortRange;
}

const bindingsSchema = z.record(
  z.string(),
  z
    .array(
      z.looseObject({
        HostIp: z.string().nullish(),
        HostPort: z.string().nullish(),
      }),
    )
    .nullish(),
);

/** Of the container, in the order of their numbers. */
export function exposedPorts({ ExposedPorts }: Config, { PortBindings }: HostConfig): string[] {
  const ports = new Set([...Object.keys(ExposedPorts ?? {}), ...Object.keys(PortBindings ?? {})].map(withProtocol));
  return [...ports].sort((a, b) => numberOf(a) - numberOf(b) || (a < b ? -1 : 1));
}

/**
 * Takes what the container wants of the host's ports; all or none.
 * @param everywhere where they listen when nobody says where
 * @throws DrydockError `internal` in Docker's words
 */
export function takePorts(
  allocator: PortAllocator,
  config: Config,
  hostConfig: HostConfig,
  everywhere: string,
): PortBinding[] {
  const taken: PortBinding[] = [];
  try {
    for (const { protocol, port, hostAddress, range } of wantedBindings(config, hostConfig)) {
      const addresses = addressesOf(hostAddress || everywhere, hostAddress === '');
      const hostPort = allocator.take(addresses, protocol, range);
      taken.push(...addresses.map((address) => ({ protocol, port, hostAddress: address, hostPort })));
    }
    return taken;
  } catch (error) {
    releasePorts(allocator, taken);
    throw error;
  }
}

export function releasePorts(allocator: PortAllocator, bindings: readonly PortBinding[]): void {
  for (const { hostAddress, protocol, hostPort } of bindings) allocator.release(hostAddress, protocol, hostPort);
}

/** `NetworkSettings.Ports` of inspect: `{"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "90/tcp": null}`. */
export function portMap(exposed: readonly string[], bindings: readonly PortBinding[]): PortMap {
  const sorted = [...exposed].sort();
  return Object.fromEntries(
    sorted.map((port) => {
      const own = bindings.filter((binding) => `${binding.port}/${binding.protocol}` === port);
      const bodies = own.map(({ hostAddress, hostPort }) => ({ HostIp: hostAddress, HostPort: String(hostPort) }));
      return [port, bodies.length === 0 ? null : bodies];
    }),
  );
}

/** `Ports` of the list. */
export function portSummaries(exposed: readonly string[], bindings: readonly PortBinding[]): PortSummary[] {
  return exposed.flatMap((name): PortSummary[] => {
    const [number = '', protocol = 'tcp'] = name.split('/');
    const port = { PrivatePort: Number(number), Type: protocol as NonNullable<PortSummary['Type']> };
    const own = bindings.filter((binding) => `${binding.port}/${binding.protocol}` === name);
    if (own.length === 0) return [port];
    return own.map(({ hostAddress, hostPort }) => ({ IP: hostAddress, ...port, PublicPort: hostPort }));
  });
}

function wantedBindings(config: Config, hostConfig: HostConfig): WantedBinding[] {
  const bindings = new Map(
    Object.entries(bindingsSchema.parse(hostConfig.PortBindings ?? {})).map(([port, list]) => [
      withProtocol(port),
      list,
    ]),
  );
  const wanted = exposedPorts(config, hostConfig).flatMap((name): WantedBinding[] => {
    const [number = '', protocol = 'tcp'] = name.split('/');
    const port = { protocol, port: Number(number) };
    const own = bindings.get(name) ?? [];
    if (own.length === 0) {
      return hostConfig.PublishAllPorts ? [{ ...port, hostAddress: '', range: { first: 0, last: 0 } }] : [];
    }
    return own.map(({ HostIp, HostPort }) => ({ ...port, hostAddress: HostIp ?? '', range: rangeOf(HostPort ?? '') }));
  });
  // Who says which port gets it: others may take from a range that it is in.
  const isRange = ({ range: { first, last } }: WantedBinding): number => Number(first === 0 || first !== last);
  return wanted.sort((a, b) => isRange(a) - isRange(b));
}

/** @throws DrydockError `internal` in Docker's words */
function rangeOf(text: string): PortRange {
  const range = text.split('/', 1)[0] ?? '';
  if (range === '') return { first: 0, last: 0 };
  const [, start = '', end = start] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
  const [first, last] = [Number(start), Number(end)];
  if (start === '' || first > 65_535 || last > 65_535 || last < first) {
    throw new DrydockError('internal', `error parsing HostPort value (${text}): invalid port: ${range}`);
  }
  return { first, last };
}

/** An address of everything is that of both families. */
function addressesOf(address: string, isDefault: boolean): string[] {
  return isDefault && address === '0.0.0.0' ? ['0.0.0.0', '::'] : [address];
}

function withProtocol(port: string): string {
  return port.includes('/') ? port : `${port}/tcp`;
}

function numberOf(port: string): number {
  return Number(port.split('/', 1)[0]);
}
