// The body of POST /containers/create, read as Go reads JSON: null and absent are the zero value, unknown fields are kept.
import { z } from 'zod';
import { healthcheckSchema } from './health/health-config.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const integer = z
  .number()
  .int()
  .nullish()
  .transform((value) => value ?? 0);
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const textMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const nameSet = z.record(z.string(), z.unknown()).nullish();
/** A command may also be one string. */
const command = z
  .union([z.string().transform((value) => [value]), z.array(z.string())])
  .nullish()
  .transform((value) => value ?? null);

// In Go's order of the members (go-units' Ulimit): they are shown in it.
const ulimit = z.looseObject({ Name: text, Hard: integer, Soft: integer });
const device = z.looseObject({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text });

export const mountSchema = z.looseObject({
  Type: text,
  Source: text,
  Target: text,
  ReadOnly: flag,
  Consistency: z.string().nullish(),
  BindOptions: z
    .looseObject({
      Propagation: text,
      NonRecursive: flag,
      CreateMountpoint: flag,
      ReadOnlyNonRecursive: flag,
      ReadOnlyForceRecursive: flag,
    })
    .nullish(),
  VolumeOptions: z
    .looseObject({
      NoCopy: flag,
      Labels: textMap,
      Subpath: text,
      DriverConfig: z.looseObject({ Name: text, Options: textMap }).nullish(),
    })
    .nullish(),
  ImageOptions: z.looseObject({}).nullish(),
  TmpfsOptions: z
    .looseObject({ SizeBytes: integer, Mode: integer, Options: z.array(z.array(z.string())).nullish() })
    .nullish(),
});

export const configSchema = z.looseObject({
  Hostname: text,
  Domainname: text,
  User: text,
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  ExposedPorts: nameSet,
  Tty: flag,
  OpenStdin: flag,
  StdinOnce: flag,
  Env: texts,
  Cmd: command,
  Healthcheck: healthcheckSchema.nullish(),
  Image: text,
  Volumes: nameSet,
  WorkingDir: text,
  Entrypoint: command,
  Labels: textMap,
  StopSignal: z.string().nullish(),
  StopTimeout: z.number().int().nullish(),
});

export const hostConfigSchema = z.looseObject({
  Binds: texts,
  LogConfig: z.looseObject({ Type: text, Config: textMap }).nullish(),
  NetworkMode: text,
  PortBindings: z.record(z.string(), z.unknown()).nullish(),
  RestartPolicy: z.looseObject({ Name: text, MaximumRetryCount: integer }).nullish(),
  AutoRemove: flag,
  Mounts: z
    .array(mountSchema)
    .nullish()
    .transform((value) => value ?? []),
  ConsoleSize: z.array(z.number().int().nonnegative()).nullish(),
  Annotations: textMap,
  CapAdd: texts,
  CapDrop: texts,
  CgroupnsMode: text,
  Dns: texts,
  DnsOptions: texts,
  DnsSearch: texts,
  ExtraHosts: texts,
  GroupAdd: texts,
  IpcMode: text,
  CgroupParent: text,
  OomScoreAdj: integer,
  PidMode: text,
  Privileged: flag,
  ReadonlyRootfs: flag,
  SecurityOpt: texts,
  Tmpfs: textMap,
  UTSMode: text,
  UsernsMode: text,
  ShmSize: integer,
  Sysctls: textMap,
  Runtime: text,
  CpuShares: integer,
  Memory: integer,
  NanoCpus: integer,
  CpuPeriod: integer,
  CpuQuota: integer,
  CpusetCpus: text,
  CpusetMems: text,
  BlkioWeight: integer,
  Devices: z
    .array(device)
    .nullish()
    .transform((value) => value ?? []),
  MemoryReservation: integer,
  MemorySwap: integer,
  OomKillDisable: z.boolean().nullish(),
  PidsLimit: z.number().int().nullish(),
  Ulimits: z
    .array(ulimit)
    .nullish()
    .transform((value) => value ?? []),
  Init: z.boolean().nullish(),
  Links: texts,
  VolumesFrom: texts,
  VolumeDriver: text,
  DeviceRequests: z.array(z.unknown()).nullish(),
  MaskedPaths: z.array(z.string()).nullish(),
  ReadonlyPaths: z.array(z.string()).nullish(),
});

export const createRequestSchema = configSchema.extend({
  HostConfig: hostConfigSchema.nullish(),
  NetworkingConfig: z.looseObject({}).nullish(),
});

export type Config = z.output<typeof configSchema>;
export type HostConfig = z.output<typeof hostConfigSchema>;
export type MountRequest = z.output<typeof mountSchema>;
export type CreateRequest = z.output<typeof createRequestSchema>;
