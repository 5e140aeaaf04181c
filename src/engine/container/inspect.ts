// GET /containers/{id}/json.
import type { ContainerInspectResponse, HostConfig as HostConfigBody } from '@docker/node-sdk';
import { withUlimits } from '../daemon/container-defaults.ts';
import { rfc3339Nano } from '../timestamp.ts';
import { configBody } from './config-body.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import type { ContainerSizes } from './files/changes.ts';
import type { HostConfig } from './create-request.ts';
import { commandOf } from './merge-image-config.ts';
import { mountBodies } from './mount-points.ts';
import { mountRequestBodies } from './mount-request-body.ts';
import { networkSettingsBody } from './network-settings.ts';

export function inspectContainer(
  container: Container,
  { daemon, store }: Pick<ContainerContext, 'daemon' | 'store'>,
  sizes?: ContainerSizes,
): ContainerInspectResponse {
  const { id, config, state, rootfs, image } = container;
  const [path = '', ...args] = commandOf(config);
  const files = container.networkFiles;
  const running = [...container.execs.keys()];
  return {
    Id: id,
    Created: rfc3339Nano(container.createdMs),
    Path: path,
    Args: args,
    State: state.toBody(),
    Image: image.id,
    ResolvConfPath: files['/etc/resolv.conf'] ?? '',
    HostnamePath: files['/etc/hostname'] ?? '',
    HostsPath: files['/etc/hosts'] ?? '',
    LogPath: container.logPath,
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: running.length > 0 ? running : null,
    HostConfig: hostConfigBody({ ...withUlimits(container.hostConfig, daemon), Links: shownLinks(store, container) }),
    GraphDriver: {
      Name: 'overlay2',
      Data: {
        ID: id,
        LowerDir: rootfs?.lower ?? '',
        MergedDir: rootfs?.merged ?? '',
        UpperDir: rootfs?.upper ?? '',
        WorkDir: rootfs?.work ?? '',
      },
    },
    ...sizes,
    Mounts: mountBodies(container.points),
    Config: configBody(container.config),
    NetworkSettings: networkSettingsBody(container),
  };
}

function shownLinks(store: ContainerContext['store'], container: Container): string[] {
  return [...store.links.childrenOf(container)].map(([name, child]) => `/${child.name}:/${name}`);
}

// Docker writes lists that were not given as null, and some of its clients tell the two apart.
function hostConfigBody(hostConfig: HostConfig): HostConfigBody {
  const nullable = [
    'Binds',
    'CapAdd',
    'CapDrop',
    'ExtraHosts',
    'GroupAdd',
    'Links',
    'SecurityOpt',
    'Ulimits',
    'Mounts',
  ];
  const entries = Object.entries(hostConfig).flatMap(([key, value]) => {
    if (!nullable.includes(key) || !Array.isArray(value) || value.length > 0) return [[key, value]];
    return key === 'Mounts' ? [] : [[key, null]];
  });
  const { maskedPaths, readonlyPaths } = {
    maskedPaths: hostConfig.MaskedPaths,
    readonlyPaths: hostConfig.ReadonlyPaths,
  };
  return {
    ...Object.fromEntries(entries),
    ...(hostConfig.Mounts.length > 0 && { Mounts: mountRequestBodies(hostConfig.Mounts) }),
    MaskedPaths: maskedPaths ?? null,
    ReadonlyPaths: readonlyPaths ?? null,
  } as HostConfigBody;
}
