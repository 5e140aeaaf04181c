// Turns the flags of `docker run` into the body of POST /containers/create, field for field as Docker's client does.
import type { CliSession } from '../../contracts/cli-session.ts';
import { CliError, errorText } from '../cli-error.ts';
import type { OptionsOf } from '../flags/flag.ts';
import { parseGoInt } from '../flags/go-number.ts';
import { cut } from '../flags/list-flags.ts';
import type { containerFlags } from './container-flags.ts';
import { isCdiDevice, parseDevice } from './device-option.ts';
import { healthConfig } from './health-option.ts';
import { isMacAddress } from './ip-address.ts';
import { readKeyValueFile } from './key-value-file.ts';
import { endpointsConfig } from './network-option.ts';
import { parsePorts } from './port-option.ts';
import { readSecurityOptions } from './security-option.ts';
import { absolutePath, parseVolumes } from './volume-option.ts';

export type ContainerOptions = OptionsOf<typeof containerFlags>;

export interface CreateInput {
  readonly options: ContainerOptions;
  readonly changed: (flag: keyof ContainerOptions & string) => boolean;
  readonly image: string;
  readonly command: readonly string[];
}

/** The parts that the commands look at again. */
export interface CreateRequest {
  AttachStdin: boolean;
  AttachStdout: boolean;
  AttachStderr: boolean;
  StdinOnce: boolean;
  readonly Tty: boolean;
  readonly OpenStdin: boolean;
  readonly Image: string;
  readonly HostConfig: {
    readonly [field: string]: unknown;
    readonly Dns: readonly string[];
    ConsoleSize: [number, number];
  };
  readonly [field: string]: unknown;
}

const orNull = <T>(list: readonly T[]): readonly T[] | null => (list.length === 0 ? null : list);
/** Members that Go leaves out when they are empty. */
const ifAny = (name: string, value: Readonly<Record<string, unknown>> | readonly unknown[]) =>
  Object.keys(value).length === 0 ? {} : { [name]: value };
const ifText = (name: string, value: string | number) => (value === '' || value === 0 ? {} : { [name]: value });

export function pairs(list: readonly string[]): Record<string, string> {
  return Object.fromEntries(list.map((text) => [cut(text, '=')[0], cut(text, '=')[1] ?? '']));
}

/** `KEY` alone takes the value of the session's environment; unknown there, it stays as it is. */
export function resolveEnv(list: readonly string[], env: CliSession['env']): string[] {
  return list.map((text) => {
    const value = text.includes('=') || !Object.hasOwn(env, text) ? undefined : env[text];
    return value === undefined ? text : `${text}=${value}`;
  });
}

export async function readFiles(
  session: CliSession,
  paths: readonly string[],
  lookup?: (name: string) => string | undefined,
): Promise<string[]> {
  const lists: string[][] = [];
  for (const path of paths) lists.push(await readKeyValueFile(session.files, path, lookup));
  return lists.flat();
}

/** `on-failure:3`. @throws CliError in Docker's words */
export function restartPolicy(text: string): { Name: string; MaximumRetryCount: number } {
  const [name, count] = cut(text, ':');
  if (count !== undefined && name === '')
    throw new CliError('invalid restart policy format: no policy provided before colon');
  let retries = 0;
  if (count !== undefined && count !== '') {
    try {
      retries = parseGoInt(count, 10);
    } catch {
      throw new CliError('invalid restart policy format: maximum retry count must be an integer');
    }
  }
  return { Name: name, MaximumRetryCount: retries };
}

function capabilities(list: readonly string[]): readonly string[] | null {
  const names = list
    .map((name) => name.toUpperCase())
    .map((name) => (name === 'ALL' || name.startsWith('CAP_') ? name : `CAP_${name}`));
  return orNull([...new Set(names)].sort());
}

function checkModes(options: ContainerOptions): void {
  const named = (mode: string) => mode === '' || mode === 'host';
  const joins = options.pid.startsWith('container:') && options.pid.length > 'container:'.length;
  if (!named(options.pid) && !joins) throw new CliError('--pid: invalid PID mode');
  if (!named(options.uts)) throw new CliError('--uts: invalid UTS mode');
  if (!named(options.userns)) throw new CliError('--userns: invalid USER mode');
  if (!named(options.cgroupns) && options.cgroupns !== 'private') throw new CliError('--cgroupns: invalid CGROUP mode');
}

/** @throws CliError in Docker's words */
export async function buildCreateRequest(session: CliSession, input: CreateInput): Promise<CreateRequest> {
  const { options, changed } = input;
  if (options['mac-address'] !== '' && !isMacAddress(options['mac-address'])) {
    throw new CliError(`${options['mac-address']} is not a valid mac address`);
  }
  const swappiness = options['memory-swappiness'];
  if (swappiness < -1 || swappiness > 100) {
    throw new CliError(`invalid value: ${swappiness}. Valid memory swappiness range is 0-100`);
  }
  const attachStdin = options.interactive || options.attach.includes('stdin');
  const attachAll = options.attach.length === 0;
  const { binds, volumes } = parseVolumes(options.volume, session.cwd);
  const ports = parsePorts(options.publish, options.expose);
  const devices = options.device.filter((device) => !isCdiDevice(device)).map(parseDevice);
  const lookup = (name: string) => session.env[name];
  const env = [...(await readFiles(session, options['env-file'], lookup)), ...resolveEnv(options.env, session.env)];
  const labels = [...(await readFiles(session, options['label-file'])), ...options.label];
  checkModes(options);
  const restart = restartPolicy(options.restart);
  if (options['log-driver'] === 'none' && options['log-opt'].length > 0)
    throw new CliError('invalid logging opts for driver none');
  const security = await readSecurityOptions(session.files, options['security-opt']);
  if (options['storage-opt'].some((option) => !option.includes('='))) throw new CliError('invalid storage option');
  const health = healthConfig(options);
  if (options.rm && restart.Name !== 'no' && restart.Name !== '') {
    throw new CliError('conflicting options: cannot specify both --restart and --rm');
  }
  const endpoints = endpointsConfig(options.network, options);

  return {
    Hostname: options.hostname,
    Domainname: options.domainname,
    User: options.user,
    AttachStdin: attachStdin,
    AttachStdout: attachAll || options.attach.includes('stdout'),
    AttachStderr: attachAll || options.attach.includes('stderr'),
    ...ifAny('ExposedPorts', ports.exposed),
    Tty: options.tty,
    OpenStdin: options.interactive,
    StdinOnce: options.interactive && attachStdin,
    Env: orNull(env),
    Cmd: orNull(input.command),
    ...(health === undefined ? {} : { Healthcheck: health }),
    Image: input.image,
    Volumes: volumes,
    WorkingDir: options.workdir,
    Entrypoint: options.entrypoint === '' ? (changed('entrypoint') ? [''] : null) : [options.entrypoint],
    OnBuild: null,
    Labels: pairs(labels),
    ...ifText('StopSignal', options['stop-signal']),
    ...(changed('stop-timeout') ? { StopTimeout: options['stop-timeout'] } : {}),
    HostConfig: {
      Binds: orNull(binds),
      ContainerIDFile: options.cidfile,
      LogConfig: { Type: options['log-driver'], Config: pairs(options['log-opt']) },
      NetworkMode: options.network[0]?.target ?? 'default',
      PortBindings: ports.bindings,
      RestartPolicy: restart,
      AutoRemove: options.rm,
      VolumeDriver: options['volume-driver'],
      VolumesFrom: orNull(options['volumes-from']),
      ConsoleSize: [0, 0],
      ...ifAny('Annotations', options.annotation),
      CapAdd: capabilities(options['cap-add']),
      CapDrop: capabilities(options['cap-drop']),
      CgroupnsMode: options.cgroupns,
      Dns: options.dns,
      DnsOptions: options['dns-option'],
      DnsSearch: options['dns-search'],
      ExtraHosts: orNull(options['add-host']),
      GroupAdd: orNull(options['group-add']),
      IpcMode: options.ipc,
      Cgroup: '',
      Links: orNull(options.link),
      OomScoreAdj: options['oom-score-adj'],
      PidMode: options.pid,
      Privileged: options.privileged,
      PublishAllPorts: options['publish-all'],
      ReadonlyRootfs: options['read-only'],
      SecurityOpt: security.options,
      ...ifAny('StorageOpt', pairs(options['storage-opt'])),
      ...ifAny('Tmpfs', tmpfs(options.tmpfs)),
      UTSMode: options.uts,
      UsernsMode: options.userns,
      ShmSize: options['shm-size'],
      ...ifAny('Sysctls', options.sysctl),
      ...ifText('Runtime', options.runtime),
      Isolation: options.isolation,
      ...resources(options),
      Devices: devices,
      DeviceCgroupRules: orNull(options['device-cgroup-rule']),
      DeviceRequests: deviceRequests(options),
      ...ifAny('Mounts', mounts(options, session.cwd)),
      MaskedPaths: security.unconfinedPaths ? [] : null,
      ReadonlyPaths: security.unconfinedPaths ? [] : null,
      ...(changed('init') ? { Init: options.init } : {}),
    },
    NetworkingConfig: { EndpointsConfig: endpoints },
  };
}

function tmpfs(list: readonly string[]): Record<string, string> {
  return Object.fromEntries(list.map((text) => [cut(text, ':')[0], cut(text, ':')[1] ?? '']));
}

function mounts(options: ContainerOptions, cwd: string): unknown[] {
  const given = options.mount.map((mount) =>
    mount.Source?.startsWith('.') === true ? { ...mount, Source: absolutePath(cwd, mount.Source) } : mount,
  );
  const socket = { Type: 'bind', Source: '/var/run/docker.sock', Target: '/var/run/docker.sock', BindOptions: {} };
  return options['use-api-socket'] ? [...given, socket] : given;
}

function deviceRequests(options: ContainerOptions): unknown {
  const names = options.device.filter(isCdiDevice);
  const cdi = { Driver: 'cdi', Count: 0, DeviceIDs: names, Capabilities: null, Options: null };
  return orNull<unknown>(names.length === 0 ? options.gpus : [...options.gpus, cdi]);
}

/** `--kernel-memory` is read and dropped, as since Engine API 1.42. */
function resources(options: ContainerOptions): Record<string, unknown> {
  return {
    CpuShares: options['cpu-shares'],
    Memory: options.memory,
    NanoCpus: options.cpus,
    CgroupParent: options['cgroup-parent'],
    BlkioWeight: options['blkio-weight'],
    BlkioWeightDevice: options['blkio-weight-device'],
    BlkioDeviceReadBps: options['device-read-bps'],
    BlkioDeviceWriteBps: options['device-write-bps'],
    BlkioDeviceReadIOps: options['device-read-iops'],
    BlkioDeviceWriteIOps: options['device-write-iops'],
    CpuPeriod: options['cpu-period'],
    CpuQuota: options['cpu-quota'],
    CpuRealtimePeriod: options['cpu-rt-period'],
    CpuRealtimeRuntime: options['cpu-rt-runtime'],
    CpusetCpus: options['cpuset-cpus'],
    CpusetMems: options['cpuset-mems'],
    MemoryReservation: options['memory-reservation'],
    MemorySwap: options['memory-swap'],
    MemorySwappiness: options['memory-swappiness'],
    OomKillDisable: options['oom-kill-disable'],
    PidsLimit: options['pids-limit'],
    Ulimits: options.ulimit,
    CpuCount: options['cpu-count'],
    CpuPercent: options['cpu-percent'],
    IOMaximumIOps: options['io-maxiops'],
    IOMaximumBandwidth: options['io-maxbandwidth'],
  };
}

/** Docker decorates what goes wrong before the daemon is asked. */
export function withHelpHint(error: unknown, command: 'run' | 'create', exitCode = 125): CliError {
  return new CliError(`docker: ${errorText(error)}\n\nRun 'docker ${command} --help' for more information`, exitCode);
}
