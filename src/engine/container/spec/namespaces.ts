// Which namespaces a container gets of its own, shares with the host, or joins from another container.
import type { OciLinux } from '../../../contracts/oci-runtime.ts';
import type { HostConfig } from '../create-request.ts';
import type { JoinedNamespace } from '../joined-containers.ts';
import { joinedReference } from '../joined-containers.ts';

type Namespace = OciLinux['namespaces'][number];

/** Pid of the running container that a mode such as `container:<id>` names. */
export type PidOf = (kind: JoinedNamespace, containerId: string) => number;

/**
 * @param ownUsers the container is to have a user namespace
 * @param pidOf throws when that container does not run
 */
export function namespacesOf(config: HostConfig, ownUsers: boolean, pidOf: PidOf): Namespace[] {
  const user = ownUsers ? [userNamespace(config, pidOf)] : [];
  return [
    { type: 'mount' },
    ...user,
    ...namespace('network', 'net', config.NetworkMode, pidOf),
    ...(config.UTSMode === 'host' ? [] : [{ type: 'uts' } as const]),
    ...namespace('pid', 'pid', config.PidMode, pidOf),
    ...namespace('ipc', 'ipc', config.IpcMode, pidOf),
    ...(config.CgroupnsMode === 'host' ? [] : [{ type: 'cgroup' } as const]),
  ];
}

function namespace(type: JoinedNamespace, file: string, mode: string, pidOf: PidOf): Namespace[] {
  if (mode === 'host') return [];
  const joined = joinedReference(mode);
  return [joined === undefined ? { type } : { type, path: `/proc/${pidOf(type, joined)}/ns/${file}` }];
}

// A namespace belongs to a user namespace: who shares one shares the other. As with Docker, the last mode counts.
function userNamespace({ NetworkMode, IpcMode, PidMode }: HostConfig, pidOf: PidOf): Namespace {
  const modes = [
    ['pid', PidMode],
    ['ipc', IpcMode],
    ['network', NetworkMode],
  ] as const;
  for (const [kind, mode] of modes) {
    const joined = joinedReference(mode);
    if (joined !== undefined) return { type: 'user', path: `/proc/${pidOf(kind, joined)}/ns/user` };
  }
  return { type: 'user' };
}
