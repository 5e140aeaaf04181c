// What is mounted where in a container, in one form for -v, --mount, --tmpfs, --volumes-from and an image's VOLUMEs. It is
// kept on the disk as it is.
import type { MountPoint as MountPointBody } from '@docker/node-sdk';

export type MountPoint = BindMount | TmpfsMount | VolumeMount;

export interface BindMount {
  readonly type: 'bind';
  readonly source: string;
  readonly destination: string;
  /** As given after the second colon of -v; empty for --mount. */
  readonly mode: string;
  readonly writable: boolean;
  readonly propagation: string;
  readonly recursive: boolean;
  /** What read-only means for mounts below the source: they, too, if the kernel can; not they; they, or it fails. */
  readonly readOnly?: 'recursive-if-possible' | 'non-recursive' | 'recursive';
  /** -v makes a missing source directory, --mount refuses. */
  readonly createSource: boolean;
}

export interface TmpfsMount {
  readonly type: 'tmpfs';
  readonly destination: string;
  /** Mount options as written: `size=64m,mode=1777`. */
  readonly options: string;
  /** `Tmpfs` of the host configuration is not listed under `Mounts`, as with Docker. */
  readonly listed: boolean;
}

export interface VolumeMount {
  readonly type: 'volume';
  readonly name: string;
  readonly driver: string;
  /** The volume's data on the host. */
  readonly source: string;
  readonly destination: string;
  readonly mode: string;
  readonly writable: boolean;
  /** Somebody gave the volume's name: it outlives `--rm` and `rm -v`. */
  readonly named: boolean;
  /** Below the volume's data, without leading slash. */
  readonly subpath?: string;
}

/** `Mounts` of inspect and list. */
export function mountBodies(points: readonly MountPoint[]): MountPointBody[] {
  return points.flatMap((point): MountPointBody[] => {
    if (point.type === 'bind') {
      const { source, destination, mode, writable, propagation } = point;
      return [
        { Type: 'bind', Source: source, Destination: destination, Mode: mode, RW: writable, Propagation: propagation },
      ];
    }
    if (point.type === 'volume') {
      const { name, source, destination, driver, mode, writable } = point;
      return [
        {
          Type: 'volume',
          Name: name,
          Source: source,
          Destination: destination,
          Driver: driver,
          Mode: mode,
          RW: writable,
          Propagation: '',
        },
      ];
    }
    if (!point.listed) return [];
    return [{ Type: 'tmpfs', Source: '', Destination: point.destination, Mode: '', RW: true, Propagation: '' }];
  });
}
