// A container's files as Docker's archive endpoints see them, running or not: its root with volumes, bind mounts and the
// network files on it. What only its own mount namespace has (/proc, /sys, tmpfs) is not part of it, as with Docker.
import type { TreeView } from '../../../contracts/host-trees.ts';
import type { RootfsPaths } from '../../../contracts/runtime.ts';
import { DrydockError } from '../../../contracts/errors.ts';
import type { Container } from '../container.ts';

export function containerView(container: Container): TreeView {
  const own = container.points.flatMap((point) =>
    point.type === 'tmpfs' ? [] : [{ source: point.source, target: point.destination, readOnly: !point.writable }],
  );
  const taken = new Set(own.map(({ target }) => target));
  const network = Object.entries(container.networkFiles)
    .filter(([target]) => !taken.has(target))
    .map(([target, source]) => ({ source, target, readOnly: container.hostConfig.ReadonlyRootfs }));
  const byDepth = own.sort((a, b) => a.target.split('/').length - b.target.split('/').length);
  return { root: rootOf(container).merged, mounts: [...byDepth, ...network] };
}

/** @throws DrydockError `internal` when it is being removed */
export function rootOf({ id, rootfs }: Container): RootfsPaths {
  if (rootfs === undefined) throw new DrydockError('internal', `container ${id} has no rootfs`);
  return rootfs;
}

/** @param path absolute, links followed. @throws DrydockError `invalid-argument` when it may not be written */
export function requireWritable(container: Container, path: string): void {
  const volume = container.points.find(
    ({ destination }) => path === destination || path.startsWith(`${destination === '/' ? '' : destination}/`),
  );
  if (volume !== undefined && volume.type !== 'tmpfs') {
    if (volume.writable) return;
    throw new DrydockError('invalid-argument', 'mounted volume is marked read-only');
  }
  if (container.hostConfig.ReadonlyRootfs) {
    throw new DrydockError('invalid-argument', 'container rootfs is marked read-only');
  }
}
