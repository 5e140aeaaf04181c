// Containers whose namespaces another one joins: `--network`, `--pid` and `--ipc` with `container:<id>`.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { ContainerStore } from './container-store.ts';
import type { Container } from './container.ts';

export type JoinedNamespace = 'network' | 'pid' | 'ipc';

/** The other's reference in a mode, or undefined. */
export function joinedReference(mode: string): string | undefined {
  return /^container:(.+)$/s.exec(mode)?.[1];
}

/**
 * The running container whose namespace is to be joined.
 * @throws DrydockError in Docker's words for each namespace, with Docker's status
 */
export function joinedContainer(
  store: ContainerStore,
  kind: JoinedNamespace,
  reference: string,
  ownId: string,
): Container {
  const other = found(store, kind, reference);
  if (kind === 'network') {
    if (other.id === ownId) throw new DrydockError('internal', 'cannot join own network namespace');
    if (!other.state.running) {
      const why = `container ${other.name} is ${other.state.name}`;
      throw new DrydockError('conflict', `cannot join network namespace of a non running container: ${why}`);
    }
  } else if (!other.state.running) {
    throw failure(kind, `container ${reference} is not running`);
  }
  if (!other.state.restarting) return other;
  const restarting = `Container ${other.id} is restarting, wait until the container is running`;
  if (kind === 'network') {
    throw new DrydockError('conflict', `cannot join network namespace of container: ${restarting}`);
  }
  throw failure(kind, restarting);
}

function found(store: ContainerStore, kind: JoinedNamespace, reference: string): Container {
  try {
    return store.get(reference);
  } catch (cause) {
    if (!isDrydockError(cause)) throw cause;
    if (kind === 'network') {
      throw new DrydockError('internal', `joining network namespace of container: ${cause.message}`, { cause });
    }
    const code = kind === 'ipc' ? 'invalid-argument' : 'internal';
    throw new DrydockError(code, `${prefixOf(kind)}: ${cause.message}`, { cause });
  }
}

// Docker notices a missing IPC partner before it writes the specification, and a missing PID partner while it does.
function failure(kind: 'pid' | 'ipc', why: string): DrydockError {
  return new DrydockError(kind === 'ipc' ? 'conflict' : 'internal', `${prefixOf(kind)}: ${why}`);
}

function prefixOf(kind: JoinedNamespace): string {
  return `failed to join ${kind.toUpperCase()} namespace`;
}
