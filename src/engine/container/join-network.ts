// `--network container:x`: one network stack for two containers, and one name and one set of network files with it.
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import { joinedContainer, joinedReference } from './joined-containers.ts';

/** @throws DrydockError in Docker's words when the other does not run */
export function joinNetwork({ store }: ContainerContext, container: Container): void {
  const reference = joinedReference(container.hostConfig.NetworkMode);
  if (reference === undefined) return;
  const other = joinedContainer(store, 'network', reference, container.id);
  const { Hostname, Domainname } = other.config;
  container.config = { ...container.config, Hostname, Domainname };
  container.networkDirectory = other.networkDirectory;
}

/** A new engine takes over a running container: its network files are where the other one has them. */
export function rejoinNetwork({ store }: ContainerContext, container: Container): void {
  const reference = joinedReference(container.hostConfig.NetworkMode);
  const other = store.all().find(({ id, name }) => id === reference || name === reference);
  if (other !== undefined) container.networkDirectory = other.networkDirectory;
}
