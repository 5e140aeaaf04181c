// POST /containers/{id}/rename.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import { renameEndpoints } from '../network/dns/names.ts';
import { emitContainerEvent } from './container-context.ts';
import type { ContainerContext } from './container-context.ts';

/** @throws DrydockError `invalid-argument`, `conflict` in Docker's words */
export function renameContainer(context: ContainerContext, reference: string, newName: string): void {
  if (reference === '' || newName === '') {
    throw new DrydockError('invalid-argument', 'Neither old nor new names may be empty');
  }
  const container = context.store.get(reference);
  const plain = newName.replace(/^\//, '');
  if (container.name === plain) {
    throw new DrydockError('invalid-argument', 'Renaming a container with the same name as its current name');
  }
  try {
    context.store.reserveName(newName, container.id);
  } catch (error) {
    if (!isDrydockError(error)) throw error;
    throw new DrydockError(error.code, `Error when allocating new name: ${error.message}`, { cause: error });
  }
  const oldName = container.name;
  container.name = plain;
  renameEndpoints(container);
  context.store.releaseName(oldName);
  for (const { from, to, child } of context.store.links.rename(container, plain)) {
    context.store.reserveLink(to, child.id);
    context.store.releaseLink(from);
  }
  context.disk.save(container);
  emitContainerEvent(context, container, 'rename', { oldName: `/${oldName}` });
}
