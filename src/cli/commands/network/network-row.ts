// What lists of networks can show of one, by the names `--format` uses.
import { goTimeText } from '../../format/go-time.ts';
import type { Row } from '../../format/table.ts';

/** As GET /networks gives it. */
export interface NetworkSummary {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Scope: string;
  readonly Created: string;
  readonly EnableIPv4: boolean;
  readonly EnableIPv6: boolean;
  readonly Internal: boolean;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

export const NETWORK_HEADERS = {
  ID: 'NETWORK ID',
  Name: 'NAME',
  Driver: 'DRIVER',
  Scope: 'SCOPE',
  IPv4: 'IPV4',
  IPv6: 'IPV6',
  Internal: 'INTERNAL',
  Labels: 'LABELS',
  CreatedAt: 'CREATED AT',
};

const SHORT_ID_LENGTH = 12;

export function networkRow(network: NetworkSummary, truncated: boolean): Row {
  const labels = network.Labels ?? {};
  return {
    ID: () => (truncated ? network.Id.slice(0, SHORT_ID_LENGTH) : network.Id),
    Name: () => network.Name,
    Driver: () => network.Driver,
    Scope: () => network.Scope,
    IPv4: () => String(network.EnableIPv4),
    IPv6: () => String(network.EnableIPv6),
    Internal: () => String(network.Internal),
    Labels: () =>
      Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    Label: (name: unknown) => labels[String(name)] ?? '',
    CreatedAt: () => goTimeText(network.Created),
  };
}
