// The body of POST /containers/create, read as Go reads JSON: null and absent are the zero value, unknown fields are kept.
import { z } from 'zod';
import { healthcheckSchema } from './health/health-config.ts';
import { flag, integer, listOf, nameSet, text, textMap, texts } from './request-fields.ts';
import { resourceFields, restartPolicySchema } from './resource-request.ts';

/** A command may also be one string. */
const command = z
  .union([z.string().transform((value) => [value]), z.array(z.string())])
  .nullish()
  .transform((value) => value ?? null);

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
  ...resourceFields,
  Binds: texts,
  LogConfig: z.looseObject({ Type: text, Config: textMap }).nullish(),
  NetworkMode: text,
  PortBindings: z.record(z.string(), z.unknown()).nullish(),
  PublishAllPorts: flag,
  RestartPolicy: restartPolicySchema.nullish(),
  AutoRemove: flag,
  Mounts: listOf(mountSchema),
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
  OomScoreAdj: integer,
  PidMode: text,
  Privileged: flag,
  ReadonlyRootfs: flag,
  SecurityOpt: texts,
  StorageOpt: textMap,
  Tmpfs: textMap,
  UTSMode: text,
  UsernsMode: text,
  ShmSize: integer,
  Sysctls: textMap,
  Runtime: text,
  Isolation: text,
  Init: z.boolean().nullish(),
  Links: texts,
  VolumesFrom: texts,
  VolumeDriver: text,
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
