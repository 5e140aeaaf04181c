// Which namespaces a container gets of its own, shares with the host, or joins from another container.
import type { OciLinux } from '../../../contracts/oci-runtime.ts';
import type { HostConfig } from '../create-request.ts';

type Namespace = OciLinux['namespaces'][number];

/** Pids of running containers that modes such as `container:<id>` name. */
export type PidOf = (containerId: string) => number;

/** @param pidOf throws when that container does not run */
export function namespacesOf(config: HostConfig, pidOf: PidOf): Namespace[] {
  return [
    { type: 'mount' },
    ...namespace('network', 'net', config.NetworkMode, pidOf),
    ...(config.UTSMode === 'host' ? [] : [{ type: 'uts' } as const]),
    ...namespace('pid', 'pid', config.PidMode, pidOf),
    ...namespace('ipc', 'ipc', config.IpcMode, pidOf),
    ...(config.CgroupnsMode === 'host' ? [] : [{ type: 'cgroup' } as const]),
  ];
}

function namespace(type: 'network' | 'pid' | 'ipc', file: string, mode: string, pidOf: PidOf): Namespace[] {
  if (mode === 'host') return [];
  if (!mode.startsWith('container:')) return [{ type }];
  return [{ type, path: `/proc/${pidOf(mode.slice('container:'.length))}/ns/${file}` }];
}
