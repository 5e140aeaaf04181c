// GET /containers/{id}/changes, GET /containers/{id}/export, and how much a container wrote.
import type { ContainerSummary } from '@docker/node-sdk';
import { DrydockError } from '../../../contracts/errors.ts';
import { wrapError } from '../../api/wrap-error.ts';
import { emitContainerEvent } from '../container-context.ts';
import type { ContainerContext } from '../container-context.ts';
import type { Container } from '../container.ts';
import { rootOf } from './container-view.ts';

/** An entry of `docker diff`, as the API has it. */
export interface FilesystemChange {
  readonly Path: string;
  /** 0 modified, 1 added, 2 deleted. */
  readonly Kind: 0 | 1 | 2;
}

const KINDS = { modified: 0, added: 1, deleted: 2 } as const;

/** Null when nothing changed: Go's empty list. */
export async function changesOf(
  { runtime }: ContainerContext,
  container: Container,
): Promise<FilesystemChange[] | null> {
  const changes = await runtime.trees.changes(rootOf(container));
  return changes.length === 0 ? null : changes.map(({ path, kind }) => ({ Path: path, Kind: KINDS[kind] }));
}

/** The root as a tar, without what is mounted on it. @throws DrydockError `conflict` when it is dead or being removed */
export async function exportContainer(
  context: ContainerContext,
  container: Container,
  name: string,
): Promise<ReadableStream<Uint8Array>> {
  const { id, state } = container;
  if (state.dead) throw new DrydockError('conflict', `You cannot export container ${id} which is Dead`);
  if (state.removing) throw new DrydockError('conflict', `You cannot export container ${id} which is being removed`);
  const tar = await wrapError(`Error exporting container ${name}`, async () =>
    context.runtime.trees.pack({ root: rootOf(container).merged, mounts: [] }, '/', {}),
  );
  emitContainerEvent(context, container, 'export');
  return tar;
}

export interface ContainerSizes {
  /** Bytes in the writable layer. */
  readonly SizeRw: number;
  /** With the image below it. */
  readonly SizeRootFs: number;
}

export async function sizesOf({ runtime }: ContainerContext, container: Container): Promise<ContainerSizes> {
  const written = container.rootfs === undefined ? 0 : await runtime.trees.usage(container.rootfs.upper);
  return { SizeRw: written, SizeRootFs: written + container.image.sizeBytes };
}

/** Adds the sizes to a listing; one that is 0 is left out, as Go's `omitempty` does. */
export async function withSizes(
  context: ContainerContext,
  summaries: readonly ContainerSummary[],
): Promise<ContainerSummary[]> {
  const sized: ContainerSummary[] = [];
  // One after the other: each is a process in the guest.
  for (const summary of summaries) {
    const container = context.store.byId(summary.Id ?? '');
    const { SizeRw = 0, SizeRootFs = 0 } = container === undefined ? {} : await sizesOf(context, container);
    sized.push({ ...summary, ...(SizeRw > 0 && { SizeRw }), ...(SizeRootFs > 0 && { SizeRootFs }) });
  }
  return sized;
}
