// What a container's processes are told of the containers it has links to. Source: moby daemon/links/links.go.
import { DrydockError } from '../../../contracts/errors.ts';
import type { ContainerContext } from '../../container/container-context.ts';
import type { Container } from '../../container/container.ts';
import { formatAddress } from '../address.ts';
import { aliasOf } from './link-index.ts';

/** `NAME=value`. @throws DrydockError `internal` in Docker's words when one of the others does not run */
export function linkEnvironment({ store }: Pick<ContainerContext, 'store'>, container: Container): string[] {
  if (!container.networks.has('bridge')) return [];
  return [...store.links.childrenOf(container)].flatMap(([name, child]) => {
    if (!child.state.running) {
      throw new DrydockError('internal', `Cannot link to a non running container: /${child.name} AS /${name}`);
    }
    const attachment = child.networks.get('bridge');
    if (attachment === undefined) {
      throw new DrydockError('internal', `container ${child.id} not attached to default bridge network`);
    }
    const address = attachment.endpoint?.link?.address;
    const { ExposedPorts, Env } = child.config;
    return linkVariables({
      name: `/${name}`,
      address: address === undefined ? '' : formatAddress(address),
      ports: Object.keys(ExposedPorts ?? {}),
      env: Env,
    });
  });
}

export interface LinkFacts {
  /** `/parent/alias`. */
  readonly name: string;
  readonly address: string;
  /** `80/tcp`, in no order. */
  readonly ports: readonly string[];
  /** Of the other container. */
  readonly env: readonly string[];
}

interface Port {
  readonly number: number;
  readonly protocol: string;
}

export function linkVariables({ name, address, ports, env }: LinkFacts): string[] {
  const alias = aliasOf(name).toUpperCase().replaceAll('-', '_');
  const sorted = ports.map(parsePort).sort(tcpFirst);
  const url = ({ number, protocol }: Port): string => `${protocol}://${address}:${number}`;
  const prefixOf = ({ number, protocol }: Port): string => `${alias}_PORT_${number}_${protocol.toUpperCase()}`;
  const [first] = sorted;
  const variables = first === undefined ? [] : [`${alias}_PORT=${url(first)}`];
  let start = first;
  let end = first;
  for (const [index, port] of sorted.entries()) {
    const prefix = prefixOf(port);
    variables.push(
      `${prefix}=${url(port)}`,
      `${prefix}_ADDR=${address}`,
      `${prefix}_PORT=${port.number}`,
      `${prefix}_PROTO=${port.protocol}`,
    );
    if (start === undefined || end === undefined) continue;
    if (port.number === end.number + 1 && port.protocol === start.protocol) {
      end = port;
      if (index < sorted.length - 1) continue;
    }
    if (end !== start) {
      const range = prefixOf(start);
      variables.push(
        `${range}_START=${url(start)}`,
        `${range}_PORT_START=${start.number}`,
        `${range}_END=${url(end)}`,
        `${range}_PORT_END=${end.number}`,
      );
    }
    start = port;
    end = port;
  }
  return [...variables, `${alias}_NAME=${name}`, ...env.flatMap((entry) => environmentEntry(alias, entry))];
}

/** HOME and PATH come with every image, and say nothing of the container. */
function environmentEntry(alias: string, entry: string): string[] {
  const at = entry.indexOf('=');
  const isTold = at >= 0 && !['HOME', 'PATH'].includes(entry.slice(0, at));
  return isTold ? [`${alias}_ENV_${entry}`] : [];
}

function parsePort(text: string): Port {
  const [number = '', protocol = 'tcp'] = text.split('/', 2);
  return { number: Number(number.split('-', 1)[0]), protocol: protocol.toLowerCase() };
}

function tcpFirst(a: Port, b: Port): number {
  if (a.protocol === b.protocol) return a.number - b.number;
  if (a.protocol === 'tcp') return -1;
  if (b.protocol === 'tcp') return 1;
  return a.protocol < b.protocol ? -1 : 1;
}
