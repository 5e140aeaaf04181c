// Names of links in /etc/hosts: of those that a container has when it starts, and in the files of those who have one to it.
// Source: moby daemon/container_operations_unix.go (addLegacyLinks), libnetwork/etchosts (Update).
import { DrydockError, isDrydockError } from '../../../contracts/errors.ts';
import type { ContainerContext } from '../../container/container-context.ts';
import type { Container } from '../../container/container.ts';
import { formatAddress } from '../address.ts';
import { aliasOf } from './link-index.ts';

const ENOENT = 2;

/** Address, tab, alias, hostname and name. */
export function linkLines({ store }: Pick<ContainerContext, 'store'>, container: Container): string[] {
  if (!container.networks.has('bridge')) return [];
  return [...store.links.childrenOf(container)].flatMap(([name, child]) => {
    const address = child.networks.get('bridge')?.endpoint?.link?.address;
    if (address === undefined) return [];
    const alias = aliasOf(name);
    const names = [alias, child.config.Hostname, ...(alias === child.name ? [] : [child.name])];
    return [`${formatAddress(address)}\t${names.join(' ')}\n`];
  });
}

/** @throws DrydockError `internal` in Docker's words */
export function requireLinkable({ store }: Pick<ContainerContext, 'store'>, container: Container): void {
  for (const child of store.links.childrenOf(container).values()) {
    if (child.networks.has('bridge')) continue;
    throw new DrydockError('internal', `Cannot link to /${child.name}, as it does not belong to the default network`);
  }
}

/** The container has another address: whoever runs with a link to it reads that from now on. */
export async function updateParentHosts(context: ContainerContext, container: Container): Promise<void> {
  const address = container.networks.get('bridge')?.endpoint?.link?.address;
  if (address === undefined) return;
  const parents = context.store.links.parentsOf(container).filter(({ parent }) => parent.state.running);
  await Promise.all(parents.map(({ parent, alias }) => updateHosts(context, parent, alias, formatAddress(address))));
}

async function updateHosts(
  { runtime }: ContainerContext,
  { networkFiles }: Container,
  alias: string,
  address: string,
): Promise<void> {
  const path = networkFiles['/etc/hosts'] ?? '';
  try {
    const before = new TextDecoder().decode(await runtime.files.read(path));
    const after = before.replace(linePattern(alias), `${address}$1$2`);
    // In place: the file is mounted into the container.
    if (after !== before) await runtime.files.write(path, new TextEncoder().encode(after));
  } catch (error) {
    if (!isDrydockError(error, 'guest') || error.errno !== ENOENT) throw error;
  }
}

function linePattern(alias: string): RegExp {
  return new RegExp(`\\S*(\\t${alias.replace(/[^\w-]/g, '\\$&')})(\\s|\\.)`, 'g');
}
