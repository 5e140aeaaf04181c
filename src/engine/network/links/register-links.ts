// A container is made or loaded: its links get names, `parent/alias`, by which the others are known too.
// Source: moby daemon/daemon_unix.go (registerLinks), daemon/delete.go (rmLink).
import { DrydockError, isDrydockError } from '../../../contracts/errors.ts';
import type { ContainerContext } from '../../container/container-context.ts';
import type { Container } from '../../container/container.ts';
import { updateNetworkFiles } from '../../container/network-files.ts';
import { isUserDefined } from '../endpoint-request.ts';
import { removeLinkRules } from './link-rules.ts';
import { parseLink } from './parse-link.ts';

const HOST_CONFLICT =
  "conflicting options: host type networking can't be used with links. This would result in undefined behavior";

/** @throws DrydockError `invalid-argument`, `internal` in Docker's words */
export function registerLinks({ store, log }: Pick<ContainerContext, 'store' | 'log'>, container: Container): void {
  const { hostConfig } = container;
  // On a network of the user's a link is its endpoint's.
  if (isUserDefined(hostConfig.NetworkMode)) return;
  for (const text of hostConfig.Links) {
    const { name, alias } = parseLink(text);
    let child = targetOf(store, name);
    while (child.hostConfig.NetworkMode.startsWith('container:')) {
      child = targetOf(store, child.hostConfig.NetworkMode.slice('container:'.length));
    }
    if (child.hostConfig.NetworkMode === 'host') throw new DrydockError('invalid-argument', HOST_CONFLICT);
    if (store.reserveLink(`${container.name}/${alias}`, child.id)) {
      store.links.add(container, child, `${container.name}/${alias}`);
    } else {
      log(`error registering link for ${container.id}, to ${child.id}, as alias ${alias}, ignoring: name is in use`);
    }
  }
}

function targetOf(store: ContainerContext['store'], reference: string): Container {
  try {
    return store.get(reference);
  } catch (cause) {
    if (!isDrydockError(cause)) throw cause;
    const code = cause.code === 'not-found' ? 'invalid-argument' : cause.code;
    throw new DrydockError(code, `could not get container for ${reference}: ${cause.message}`, { cause });
  }
}

/** `docker rm --link parent/alias`. @throws DrydockError `internal`, `not-found` in Docker's words */
export async function removeLink(context: ContainerContext, reference: string): Promise<void> {
  const { store } = context;
  store.get(reference);
  const name = reference.replace(/^\//, '');
  const at = name.lastIndexOf('/');
  if (at < 0) {
    throw new DrydockError('internal', 'Conflict, cannot remove the default link name of the container');
  }
  const parent = store.byName(name.slice(0, at));
  if (parent === undefined) {
    throw new DrydockError('internal', `Cannot get parent /${name.slice(0, at)} for link name /${name}`);
  }
  const child = store.links.childrenOf(parent).get(name);
  store.releaseLink(name);
  store.links.remove(parent, name);
  if (!parent.state.running) return;
  if (child !== undefined) await removeLinkRules(context, parent, child);
  await updateNetworkFiles(context, parent);
}
