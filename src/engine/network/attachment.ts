// The networks of one container: what was asked of each, and its endpoint there while the container runs.
import type { EndpointSettings } from '@docker/node-sdk';
import { z } from 'zod';
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { HostConfig } from '../container/create-request.ts';
import { formatAddress } from './address.ts';
import type { EndpointRequest } from './endpoint-request.ts';
import { endpointSchema, isUserDefined, joined, NO_REQUEST, requireUsable } from './endpoint-request.ts';
import type { Endpoint } from './network.ts';
import type { Networks } from './network-store.ts';

export interface Attachment {
  readonly request: EndpointRequest;
  /** Empty until the container started on it. */
  networkId: string;
  dnsNames: readonly string[] | null;
  /** Undefined while the container does not run. */
  endpoint: Endpoint | undefined;
}

/** By the network's name, or as the user wrote it where no network has that name yet. */
export type Attachments = Map<string, Attachment>;

export function attachmentOf(request: EndpointRequest): Attachment {
  return { request, networkId: '', dnsNames: null, endpoint: undefined };
}

const configSchema = z
  .looseObject({ EndpointsConfig: z.record(z.string(), endpointSchema.nullable()).nullish() })
  .nullish();

/**
 * Of a create request. The networks need not be there yet.
 * @param networking `NetworkingConfig`
 * @throws DrydockError `invalid-argument` in Docker's words
 */
export function attachmentsOf(networks: Networks, { NetworkMode }: HostConfig, networking: unknown): Attachments {
  const attachments: Attachments = new Map();
  const asked = Object.entries(configSchema.parse(networking)?.EndpointsConfig ?? {});
  const problems: string[] = [];
  for (const [key, request] of asked) {
    const name = key === 'default' ? 'bridge' : key;
    const found = networks.find(name);
    if (request === null) problems.push(`invalid config for network ${name}: EndpointsConfig is nil`);
    else {
      try {
        requireUsable(name, found, request);
        attachments.set(found?.name ?? name, attachmentOf(request));
      } catch (error) {
        if (!isDrydockError(error)) throw error;
        problems.push(`invalid config for network ${name}: ${error.message}`);
      }
    }
  }
  if (problems.length > 0) throw new DrydockError('invalid-argument', joined(problems));
  if (NetworkMode.startsWith('container:')) return new Map();
  if (attachments.size === 0) {
    attachments.set(networks.find(NetworkMode)?.name ?? NetworkMode, attachmentOf(NO_REQUEST));
  }
  return attachments;
}

/** As `NetworkSettings.Networks` of inspect has it (api/types/network.EndpointSettings). */
export function endpointBody({ request, networkId, dnsNames, endpoint }: Attachment): EndpointSettings {
  const link = endpoint?.link;
  return {
    IPAMConfig: request.IPAMConfig === null ? null : ipamBody(request.IPAMConfig),
    Links: request.Links,
    Aliases: request.Aliases,
    MacAddress: link?.mac ?? '',
    DriverOpts: request.DriverOpts,
    GwPriority: request.GwPriority,
    NetworkID: networkId,
    EndpointID: endpoint?.id ?? '',
    Gateway: link === undefined || endpoint?.network.internal === true ? '' : formatAddress(link.bridge.router),
    IPAddress: link === undefined ? '' : formatAddress(link.address),
    IPPrefixLen: link?.bridge.subnet.bits ?? 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    DNSNames: dnsNames,
    // The types of the API know no null where its JSON has one.
  } as EndpointSettings;
}

function ipamBody({ IPv4Address, IPv6Address, LinkLocalIPs }: NonNullable<EndpointRequest['IPAMConfig']>): object {
  return {
    ...(IPv4Address !== '' && { IPv4Address }),
    ...(IPv6Address !== '' && { IPv6Address }),
    ...(LinkLocalIPs !== null && LinkLocalIPs.length > 0 && { LinkLocalIPs }),
  };
}

/** Names that the embedded DNS answers with the container's address. */
export function dnsNamesOf(
  container: { readonly id: string; readonly name: string; readonly config: { readonly Hostname: string } },
  network: string,
  aliases: readonly string[] | null,
): string[] | null {
  if (!isUserDefined(network)) return null;
  const names = [container.name, ...(aliases ?? []), container.id.slice(0, 12), container.config.Hostname];
  return [...new Set(names.filter((name) => name !== ''))];
}

/** Through which of its networks a container reaches everything else (moby libnetwork/sandbox.go, Endpoint.Less). */
export function gatewayOf(attachments: Iterable<Attachment>): Endpoint | undefined {
  const usable = [...attachments].filter(({ endpoint }) => endpoint?.link !== undefined && !endpoint.network.internal);
  usable.sort(
    (a, b) =>
      b.request.GwPriority - a.request.GwPriority ||
      ((a.endpoint?.network.name ?? '') < (b.endpoint?.network.name ?? '') ? -1 : 1),
  );
  return usable[0]?.endpoint;
}
