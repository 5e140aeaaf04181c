// With `userns-remap`, root of a container is somebody else on the host: what the engine makes for it must be theirs.
import type { HostFiles } from '../../contracts/runtime.ts';
import type { DaemonConfig } from './daemon-config.ts';

export interface Ownership {
  readonly runtime: { readonly files: Pick<HostFiles, 'chown'> };
  readonly daemon: Pick<DaemonConfig, 'idMappings'>;
}

/** Nothing to do without remapping. */
export async function giveToRoot({ runtime, daemon }: Ownership, path: string): Promise<void> {
  if (daemon.idMappings === undefined) return;
  const { uids, gids } = daemon.idMappings;
  await runtime.files.chown(path, uids[0]?.hostID ?? 0, gids[0]?.hostID ?? 0);
}

/** Root of the host keeps it; that of the containers may pass through. */
export async function letRootPass({ runtime, daemon }: Ownership, path: string): Promise<void> {
  if (daemon.idMappings === undefined) return;
  await runtime.files.chown(path, 0, daemon.idMappings.gids[0]?.hostID ?? 0);
}
