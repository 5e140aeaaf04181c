// A volume: a directory of the host that outlives the containers which use it.
import type { Volume as VolumeBody } from '@docker/node-sdk';
import { rfc3339Nano } from '../timestamp.ts';

export const LOCAL_DRIVER = 'local';
/** Docker marks so what it named itself: pruned unless somebody asks for all. */
export const ANONYMOUS_LABEL = 'com.docker.volume.anonymous';

export interface Volume {
  readonly name: string;
  /** Null when nobody gave any, which Docker's clients can tell from an empty set. */
  readonly labels: Readonly<Record<string, string>> | null;
  /** Of the driver: `type`, `device`, `o`. */
  readonly options: Readonly<Record<string, string>> | null;
  readonly createdMs: number;
  /** Its data, on the host. */
  readonly mountpoint: string;
}

/** `Volume` of the Engine API; fields in the daemon's order. */
export function volumeBody({ createdMs, labels, mountpoint, name, options }: Volume): VolumeBody {
  return {
    CreatedAt: rfc3339Nano(Math.floor(createdMs / 1000) * 1000),
    Driver: LOCAL_DRIVER,
    // Go's null, which the client's type does not know.
    Labels: labels as Record<string, string>,
    Mountpoint: mountpoint,
    Name: name,
    Options: options as Record<string, string>,
    Scope: 'local',
  };
}

/** The driver has to mount something before the volume can be used. */
export function needsMount({ options }: Volume): boolean {
  return Boolean(options?.['device'] ?? options?.['type']);
}
