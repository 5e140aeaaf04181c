// A container's networks as its config.v2.json has them, so that another engine finds a running container where it is.
import { z } from 'zod';
import type { Container } from '../container/container.ts';
import { formatAddress, parseAddress } from './address.ts';
import type { Attachments } from './attachment.ts';
import { attachmentOf, endpointBody } from './attachment.ts';
import { endpointSchema } from './endpoint-request.ts';
import type { Endpoint } from './network.ts';
import type { Networks } from './network-store.ts';

/** What inspect does not show. */
const linkSchema = z.object({
  Address: z.string(),
  Mac: z.string(),
  Veth: z.string(),
  Name: z.string(),
  Index: z.number().int(),
});

const portSchema = z.object({
  protocol: z.string(),
  port: z.number().int(),
  hostAddress: z.string(),
  hostPort: z.number().int(),
});

export const networkSettingsSchema = z
  .looseObject({
    SandboxID: z.string(),
    Plugged: z.number().int(),
    Published: z.array(portSchema),
    /** Ports of the embedded DNS server; missing before there was one. */
    Resolver: z.object({ udp: z.number().int(), tcp: z.number().int() }).nullish(),
    Networks: z.record(
      z.string(),
      z.looseObject({
        NetworkID: z.string(),
        EndpointID: z.string(),
        DNSNames: z.array(z.string()).nullable(),
        DesiredMacAddress: z.string(),
        Link: linkSchema.nullable(),
      }),
    ),
  })
  .optional();

export type SavedNetworkSettings = z.output<typeof networkSettingsSchema>;

export function savedNetworks(container: Container): z.input<typeof networkSettingsSchema> {
  const { networks, sandboxId, plugged, ports } = container;
  return {
    SandboxID: sandboxId,
    Plugged: plugged,
    Published: [...ports],
    Resolver: container.names?.ports ?? null,
    Networks: Object.fromEntries(
      [...networks].map(([name, attachment]) => {
        const link = attachment.endpoint?.link;
        return [
          name,
          {
            ...endpointBody(attachment),
            NetworkID: attachment.networkId,
            EndpointID: attachment.endpoint?.id ?? '',
            DNSNames: attachment.dnsNames === null ? null : [...attachment.dnsNames],
            DesiredMacAddress: attachment.request.MacAddress,
            Link:
              link === undefined
                ? null
                : {
                    Address: formatAddress(link.address),
                    Mac: link.mac,
                    Veth: link.veth,
                    Name: link.name,
                    Index: link.index,
                  },
          },
        ];
      }),
    ),
  };
}

/** What was asked for; endpoints come with `resumeNetworks`. A container of an engine without networks is on its mode's. */
export function loadedAttachments(saved: SavedNetworkSettings, mode: string): Attachments {
  if (saved === undefined) {
    return mode.startsWith('container:') ? new Map() : new Map([[mode, attachmentOf(endpointSchema.parse({}))]]);
  }
  return new Map(
    Object.entries(saved.Networks).map(([name, one]) => {
      const request = endpointSchema.parse({ ...one, MacAddress: one.DesiredMacAddress });
      return [name, { ...attachmentOf(request), networkId: one.NetworkID, dnsNames: one.DNSNames }];
    }),
  );
}

/** The container runs: its addresses, cables and ports are where an earlier engine put them. */
export function resumeNetworks(networks: Networks, container: Container, saved: SavedNetworkSettings): void {
  if (saved === undefined) return;
  container.sandboxId = saved.SandboxID;
  container.plugged = saved.Plugged;
  for (const [name, { EndpointID, Link }] of Object.entries(saved.Networks)) {
    const attachment = container.networks.get(name);
    const network = networks.find(attachment?.networkId ?? '') ?? networks.find(name);
    if (attachment === undefined || network === undefined || EndpointID === '') continue;
    const { bridge } = network;
    const address = parseAddress(Link?.Address ?? '');
    if (bridge !== undefined && address !== undefined) bridge.pool.reserve(address);
    const link =
      bridge === undefined || address === undefined || Link === null
        ? undefined
        : { bridge, address, mac: Link.Mac, veth: Link.Veth, name: Link.Name, index: Link.Index };
    const endpoint: Endpoint = {
      id: EndpointID,
      network,
      containerId: container.id,
      name: container.name,
      dnsNames: attachment.dnsNames ?? [],
      ...(link !== undefined && { link }),
    };
    attachment.endpoint = endpoint;
    network.endpoints.set(container.id, endpoint);
  }
  container.resolverPorts = saved.Resolver ?? undefined;
  container.ports = saved.Published;
  for (const { protocol, hostAddress, hostPort } of saved.Published)
    networks.ports.reserve(hostAddress, protocol, hostPort);
}
