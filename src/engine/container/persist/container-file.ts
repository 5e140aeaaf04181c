// A container as it is on the guest's disk: config.v2.json and hostconfig.json, with dockerd's fields as far as we have them.
// Source: moby container/container.go (Container, its JSON fields), container/state.go (State).
import { z } from 'zod';
import { networkSettingsSchema, savedNetworks } from '../../network/attachment-file.ts';
import { isDigest } from '../../blob/sha256.ts';
import { parseTimestamp, rfc3339Nano, ZERO_TIME } from '../../timestamp.ts';
import type { Container } from '../container.ts';
import type { ContainerState } from '../container-state.ts';
import { HEALTH_STATUSES, HealthState } from '../health/health-state.ts';
import { configSchema, hostConfigSchema } from '../create-request.ts';
import type { Config, HostConfig } from '../create-request.ts';
import { commandOf } from '../merge-image-config.ts';
import { mountBodies } from '../mount-points.ts';
import type { MountPoint } from '../mount-points.ts';

export const CONFIG_FILE = 'config.v2.json';
export const HOST_CONFIG_FILE = 'hostconfig.json';

const time = z.string().transform((text, check) => {
  const ms = text === ZERO_TIME ? undefined : parseTimestamp(text);
  if (ms === undefined && text !== ZERO_TIME) check.addIssue('not a time');
  return ms;
});

const healthSchema = z.looseObject({
  Status: z.enum(HEALTH_STATUSES),
  FailingStreak: z.number().int(),
  Log: z.array(z.looseObject({ Start: time, End: time, ExitCode: z.number().int(), Output: z.string() })).nullish(),
});

const stateSchema = z.looseObject({
  Running: z.boolean(),
  Paused: z.boolean(),
  Restarting: z.boolean(),
  OOMKilled: z.boolean(),
  Dead: z.boolean(),
  Pid: z.number().int(),
  ExitCode: z.number().int(),
  Error: z.string(),
  StartedAt: time,
  FinishedAt: time,
  Health: healthSchema.nullish(),
});

const point = z.custom<MountPoint>(
  (value) => z.looseObject({ type: z.string(), destination: z.string() }).safeParse(value).success,
);

const fileSchema = z.looseObject({
  ID: z.string(),
  Created: time,
  Name: z.string().min(2),
  Config: configSchema,
  Image: z.string().refine(isDigest),
  State: stateSchema,
  RestartCount: z.number().int(),
  HasBeenStartedBefore: z.boolean(),
  HasBeenManuallyStopped: z.boolean(),
  MountPoints: z.record(z.string(), z.looseObject({ Point: point })),
  NetworkSettings: networkSettingsSchema,
});

export type ContainerFile = z.output<typeof fileSchema>;

/** Both files' texts, as the container is now. */
export function containerFiles(container: Container): { readonly config: string; readonly hostConfig: string } {
  const { id, config, state, image } = container;
  const [path = '', ...args] = commandOf(config);
  const files = container.networkFiles;
  const bodies = new Map(mountBodies(container.points).map((body) => [body.Destination, body]));
  const value: z.input<typeof fileSchema> = {
    StreamConfig: {},
    State: {
      Running: state.running,
      Paused: state.paused,
      Restarting: state.restarting,
      OOMKilled: state.oomKilled,
      RemovalInProgress: false,
      Dead: state.dead,
      Pid: state.pid,
      ExitCode: state.exitCode,
      Error: state.error,
      StartedAt: rfc3339Nano(state.startedAtMs),
      FinishedAt: rfc3339Nano(state.finishedAtMs),
      ...(state.health !== undefined && { Health: { ...state.health.toBody() } }),
    },
    ID: id,
    Created: rfc3339Nano(container.createdMs),
    Managed: false,
    Path: path,
    Args: args,
    Config: config,
    Image: image.id,
    ImageManifest: null,
    NetworkSettings: savedNetworks(container),
    LogPath: container.logPath,
    Name: `/${container.name}`,
    Driver: 'overlay2',
    OS: image.config.os,
    MountLabel: '',
    ProcessLabel: '',
    RestartCount: container.restartCount,
    HasBeenStartedBefore: state.startedAtMs !== undefined,
    HasBeenManuallyStopped: container.stoppedByUser,
    // `Point` is ours: dockerd finds the same again in its volume drivers.
    MountPoints: Object.fromEntries(
      container.points.map((own) => [own.destination, { ...bodies.get(own.destination), Point: own }]),
    ),
    SecretReferences: null,
    ConfigReferences: null,
    AppArmorProfile: '',
    HostnamePath: files['/etc/hostname'] ?? '',
    HostsPath: files['/etc/hosts'] ?? '',
    ShmPath: '',
    ResolvConfPath: files['/etc/resolv.conf'] ?? '',
    SeccompProfile: '',
    NoNewPrivileges: false,
    LocalLogCacheMeta: { HaveNotifyEnabled: false },
  };
  return { config: JSON.stringify(value), hostConfig: JSON.stringify(container.hostConfig) };
}

export interface LoadedContainer {
  readonly file: ContainerFile;
  readonly config: Config;
  readonly hostConfig: HostConfig;
  readonly points: readonly MountPoint[];
}

/**
 * @param id of the directory that the files are in
 * @throws Error saying what is wrong with them
 */
export function parseContainerFiles(id: string, config: string, hostConfig: string): LoadedContainer {
  const file = parse(CONFIG_FILE, config, fileSchema);
  // dockerd's own words.
  if (file.ID !== id) throw new Error(`Container ${file.ID} is stored at ${id}`);
  return {
    file,
    config: file.Config,
    hostConfig: parse(HOST_CONFIG_FILE, hostConfig, hostConfigSchema),
    points: Object.values(file.MountPoints).map(({ Point }) => Point),
  };
}

export function restoreState(state: ContainerState, { State: saved }: ContainerFile): void {
  state.running = saved.Running;
  state.paused = saved.Paused;
  state.restarting = saved.Restarting;
  state.oomKilled = saved.OOMKilled;
  state.dead = saved.Dead;
  state.pid = saved.Pid;
  state.exitCode = saved.ExitCode;
  state.error = saved.Error;
  state.startedAtMs = saved.StartedAt;
  state.finishedAtMs = saved.FinishedAt;
  if (saved.Health) state.health = healthOf(saved.Health);
}

function healthOf({ Status, FailingStreak, Log }: z.output<typeof healthSchema>): HealthState {
  const health = new HealthState();
  health.status = Status;
  health.failingStreak = FailingStreak;
  health.log = (Log ?? []).map(({ Start, End, ExitCode, Output }) => ({
    startMs: Start ?? 0,
    endMs: End ?? 0,
    exitCode: ExitCode,
    output: Output,
  }));
  return health;
}

function parse<Schema extends z.ZodType>(name: string, text: string, schema: Schema): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${name}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
}
