// Who a name is, for one container: the seam between what networks know and what the embedded DNS server answers.
// Source: moby libnetwork/sandbox.go (ResolveName, ResolveIP), libnetwork/network.go (svcRecords).
import type { Container } from '../../container/container.ts';
import { parseAddress } from '../address.ts';
import type { Address } from '../address.ts';
import type { Attachment } from '../attachment.ts';
import { dnsNamesOf } from '../attachment.ts';
import type { Endpoint, Network } from '../network.ts';

/** One of the asking container's endpoints, as a place to look a name up in. */
export interface NameScope {
  readonly network: Pick<Network, 'name' | 'endpoints'>;
  /**
   * Private names of this endpoint (`--link container:alias` on a user-defined network): alias -> a name that the network
   * knows. Who has an alias does not reach a container whose own name it is.
   */
  readonly links: ReadonlyMap<string, string>;
}

/** Of a container that runs, the endpoint with the way out first. Source: moby libnetwork/sandbox.go, Endpoint.Less. */
export function scopesOf(attachments: Iterable<Attachment>): NameScope[] {
  const scopes = [...attachments].flatMap(({ request, endpoint }) =>
    endpoint === undefined ? [] : [{ request, endpoint, network: endpoint.network }],
  );
  scopes.sort(
    (a, b) =>
      b.request.GwPriority - a.request.GwPriority ||
      Number(a.network.internal) - Number(b.network.internal) ||
      (a.network.name < b.network.name ? -1 : 1),
  );
  return scopes.map(({ network, request }) => ({ network, links: parseLinks(request.Links ?? []) }));
}

/** `Links` of an endpoint's settings: `name:alias`, or `/name:/container/alias` as inspect shows it. */
export function parseLinks(links: readonly string[]): Map<string, string> {
  return new Map(
    links.map((link) => {
      const [name = '', alias = name] = link.split(':');
      return alias.startsWith('/') ? [alias.slice(alias.lastIndexOf('/') + 1), name.slice(1)] : [alias, name];
    }),
  );
}

/**
 * Addresses of a name, each once. `web.front` is also `web` on the network `front`: both may have dots in them.
 * @returns undefined when nobody has that name: somebody else may know it
 */
export function addressesOf(scopes: readonly NameScope[], questionName: string): Address[] | undefined {
  const name = questionName.replace(/\.$/, '');
  const dots = [...name.matchAll(/\./g)].map(({ index }) => index).toReversed();
  const readings = [[name, ''], ...dots.map((dot) => [name.slice(0, dot), name.slice(dot + 1)])];
  for (const [own = '', network = ''] of readings) {
    const within = scopes.filter((scope) => network === '' || scope.network.name === network);
    for (const {
      network: { endpoints },
      links,
    } of within) {
      const linked = links.get(own);
      const found = linked === undefined ? undefined : lookUp(endpoints.values(), linked);
      if (found !== undefined) return found;
    }
    for (const {
      network: { endpoints },
      links,
    } of within) {
      const found = links.has(own) ? undefined : lookUp(endpoints.values(), own);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function lookUp(endpoints: Iterable<Endpoint>, name: string): Address[] | undefined {
  const wanted = name.toLowerCase();
  const addresses = [...endpoints].flatMap(({ dnsNames, link }) =>
    link !== undefined && dnsNames.some((one) => one.toLowerCase() === wanted) ? [link.address] : [],
  );
  return addresses.length === 0 ? undefined : [...new Set(addresses)];
}

const REVERSE_DOMAIN = '.in-addr.arpa.';

/** `container.network` of a PTR question's name, or undefined. */
export function nameAtAddress(scopes: readonly NameScope[], questionName: string): string | undefined {
  if (!questionName.endsWith(REVERSE_DOMAIN)) return undefined;
  const reversed = questionName.slice(0, -REVERSE_DOMAIN.length);
  const address = parseAddress(reversed.split('.').toReversed().join('.'));
  if (address === undefined) return undefined;
  for (const { network } of scopes) {
    const owner = [...network.endpoints.values()].find(({ link }) => link?.address === address);
    const [name] = owner?.dnsNames ?? [];
    if (name !== undefined) return `${name}.${network.name}`;
  }
  return undefined;
}

/** After `docker rename`: networks know the new name at once. */
export function renameEndpoints(container: Container): void {
  for (const [network, attachment] of container.networks) {
    const { endpoint, request } = attachment;
    if (endpoint === undefined) continue;
    attachment.dnsNames = dnsNamesOf(container, network, request.Aliases);
    endpoint.name = container.name;
    endpoint.dnsNames = attachment.dnsNames ?? [];
  }
}
