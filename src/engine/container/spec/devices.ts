// --device, --device-cgroup-rule and --privileged: which device nodes a container has, and which it may open.
import { DrydockError } from '../../../contracts/errors.ts';
import type { OciDevice, OciResources } from '../../../contracts/oci-runtime.ts';
import type { HostConfig } from '../create-request.ts';
import type { HostDevice } from '../host-devices.ts';

type Rule = NonNullable<OciResources['devices']>[number];

export interface ContainerDevices {
  readonly nodes: readonly OciDevice[];
  /** Later ones win. */
  readonly rules: readonly Rule[];
}

export interface DevicesRequest {
  readonly hostConfig: HostConfig;
  /** All of the host's, for a privileged container. */
  readonly all: readonly HostDevice[];
  /** At the paths of `Devices`. */
  readonly asked: readonly HostDevice[];
  /** Why a path has no device. */
  readonly reasonForNone: (path: string) => Promise<string>;
}

/** Docker's: null, zero, random, urandom, tty and console; crun adds full, ptmx and terminals, and mknod of anything. */
const DEFAULT_RULES: readonly Rule[] = [
  { allow: false, access: 'rwm' },
  ...[
    [1, 5],
    [1, 3],
    [1, 9],
    [1, 8],
    [5, 0],
    [5, 1],
  ].map(([major = 0, minor = 0]): Rule => ({ allow: true, type: 'c', major, minor, access: 'rwm' })),
  { allow: false, type: 'c', major: 10, minor: 229, access: 'rwm' },
];

/** @throws DrydockError `invalid-argument` in Docker's words */
export async function devicesOf({ hostConfig, all, asked, reasonForNone }: DevicesRequest): Promise<ContainerDevices> {
  const nodes: OciDevice[] = all.map((device) => nodeAt(device, device.path));
  const rules: Rule[] = hostConfig.Privileged ? [{ allow: true, access: 'rwm' }] : [...DEFAULT_RULES];
  for (const { PathOnHost, PathInContainer, CgroupPermissions } of hostConfig.Devices) {
    const inside = PathInContainer || PathOnHost;
    if (hostConfig.Privileged && inside === PathOnHost) continue;
    const found = asked.filter(({ path }) => path === PathOnHost || path.startsWith(`${PathOnHost}/`));
    if (found.length === 0) throw await noDevice(PathOnHost, reasonForNone);
    for (const device of found) {
      nodes.push(nodeAt(device, inside + device.path.slice(PathOnHost.length)));
      const { type, major, minor } = device;
      if (!hostConfig.Privileged) {
        rules.push({ allow: true, type, major, minor, access: CgroupPermissions || 'rwm' });
      }
    }
  }
  if (!hostConfig.Privileged) rules.push(...(hostConfig.DeviceCgroupRules ?? []).map(parseRule));
  requireNoDriver(hostConfig);
  return { nodes, rules };
}

/** `c 7:* rmw`. @throws DrydockError `invalid-argument` in Docker's words */
export function parseRule(rule: string): Rule {
  const [, type, major = '', minor = '', access] = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(rule) ?? [];
  if (type === undefined || access === undefined) {
    throw new DrydockError('invalid-argument', `invalid device cgroup rule format: '${rule}'`);
  }
  const number = (text: string): number => (text === '*' ? -1 : Number(text));
  return { allow: true, type, major: number(major), minor: number(minor), access };
}

function nodeAt({ type, major, minor, mode, uid, gid }: HostDevice, path: string): OciDevice {
  return { path, type, major, minor, fileMode: mode, uid, gid };
}

async function noDevice(path: string, reasonForNone: DevicesRequest['reasonForNone']): Promise<DrydockError> {
  const what = 'error gathering device information while adding custom device';
  return new DrydockError('invalid-argument', `${what} ${JSON.stringify(path)}: ${await reasonForNone(path)}`);
}

// --gpus: there are no device drivers here, nor are there in a plain Docker.
function requireNoDriver({ DeviceRequests }: HostConfig): void {
  const [first] = DeviceRequests ?? [];
  if (first === undefined) return;
  const capabilities = (first.Capabilities ?? []).map((list) => `[${list.join(' ')}]`).join(' ');
  throw new DrydockError(
    'invalid-argument',
    `could not select device driver ${JSON.stringify(first.Driver)} with capabilities: [${capabilities}]`,
  );
}
