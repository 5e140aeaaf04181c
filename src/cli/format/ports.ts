// The PORTS column: `0.0.0.0:8080->80/tcp, 9000-9002/tcp`.

export interface PortSummary {
  readonly IP?: string | null;
  readonly PrivatePort?: number;
  readonly PublicPort?: number | null;
  readonly Type?: string;
}

interface Group {
  first: number;
  last: number;
}

/** Go's net.JoinHostPort. */
export const hostAndPort = (ip: string, port: string | number) =>
  ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;

function compare(a: PortSummary, b: PortSummary): number {
  const text = (x = '', y = '') => (x < y ? -1 : x > y ? 1 : 0);
  return (
    (a.PrivatePort ?? 0) - (b.PrivatePort ?? 0) ||
    text(a.IP ?? '', b.IP ?? '') ||
    (a.PublicPort ?? 0) - (b.PublicPort ?? 0) ||
    text(a.Type, b.Type)
  );
}

function showGroup(key: string, { first, last }: Group): string {
  const slash = key.indexOf('/');
  const range = first === last ? String(first) : `${first}-${last}`;
  if (slash < 0) return `${range}/${key}`;
  return `${hostAndPort(key.slice(0, slash), range)}->${range}/${key.slice(slash + 1)}`;
}

/** Neighbouring ports with the same number on both sides become one range. */
export function displayPorts(ports: readonly PortSummary[]): string {
  const groups = new Map<string, Group>();
  const finished: string[] = [];
  const mapped: string[] = [];
  for (const port of [...ports].sort(compare)) {
    const own = port.PrivatePort ?? 0;
    const type = port.Type ?? 'tcp';
    const ip = port.IP ?? '';
    if (ip !== '' && port.PublicPort !== own) {
      mapped.push(`${hostAndPort(ip, port.PublicPort ?? 0)}->${own}/${type}`);
      continue;
    }
    const key = ip === '' ? type : `${ip}/${type}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: own, last: own });
    else if (own === group.last + 1) group.last = own;
    else {
      finished.push(showGroup(key, group));
      groups.set(key, { first: own, last: own });
    }
  }
  return [...finished, ...[...groups].map(([key, group]) => showGroup(key, group)), ...mapped].join(', ');
}
