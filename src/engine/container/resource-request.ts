// Limits and devices: the part of a host configuration that POST /containers/{id}/update takes too.
import { z } from 'zod';
import { integer, listOf, text, texts } from './request-fields.ts';

// In Go's order of the members (go-units' Ulimit): they are shown in it.
const ulimit = z.looseObject({ Name: text, Hard: integer, Soft: integer });
const device = z.looseObject({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text });
const deviceRequest = z.looseObject({
  Driver: text,
  Count: integer,
  DeviceIDs: texts,
  Capabilities: z.array(z.array(z.string())).nullish(),
});
const weight = z.looseObject({ Path: text, Weight: integer });
const rate = z.looseObject({ Path: text, Rate: integer });

export const restartPolicySchema = z.looseObject({ Name: text, MaximumRetryCount: integer });

/** Sizes in bytes, CPU time in microseconds. Source: Engine API, `Resources`. */
export const resourceFields = {
  CgroupParent: text,
  CpuShares: integer,
  Memory: integer,
  NanoCpus: integer,
  CpuPeriod: integer,
  CpuQuota: integer,
  CpuRealtimePeriod: integer,
  CpuRealtimeRuntime: integer,
  CpusetCpus: text,
  CpusetMems: text,
  CpuPercent: integer,
  BlkioWeight: integer,
  BlkioWeightDevice: listOf(weight),
  BlkioDeviceReadBps: listOf(rate),
  BlkioDeviceWriteBps: listOf(rate),
  BlkioDeviceReadIOps: listOf(rate),
  BlkioDeviceWriteIOps: listOf(rate),
  IOMaximumIOps: integer,
  IOMaximumBandwidth: integer,
  Devices: listOf(device),
  DeviceCgroupRules: z.array(z.string()).nullish(),
  DeviceRequests: z.array(deviceRequest).nullish(),
  MemoryReservation: integer,
  MemorySwap: integer,
  MemorySwappiness: z.number().int().nullish(),
  OomKillDisable: z.boolean().nullish(),
  PidsLimit: z.number().int().nullish(),
  Ulimits: listOf(ulimit),
};

export const resourcesSchema = z.looseObject(resourceFields);
export type Resources = z.output<typeof resourcesSchema>;

/** POST /containers/{id}/update. */
export const updateRequestSchema = resourcesSchema.extend({ RestartPolicy: restartPolicySchema.nullish() });
export type UpdateRequest = z.output<typeof updateRequestSchema>;
