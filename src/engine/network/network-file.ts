// Networks on the guest's disk. dockerd has a database in the same place (local-kv.db), which nobody but dockerd reads.
import { z } from 'zod';
import type { HostFiles } from '../../contracts/runtime.ts';
import { replaceFile } from '../replace-file.ts';
import { parseTimestamp, rfc3339Nano } from '../timestamp.ts';
import type { IpamConfig, NetworkSettings } from './network.ts';

const DIRECTORY = 'network/files';
const FILE = 'local-networks.json';

const textMap = z.record(z.string(), z.string());
const ipamConfigSchema = z
  .looseObject({
    Subnet: z.string(),
    IPRange: z.string().optional(),
    Gateway: z.string().optional(),
    AuxiliaryAddresses: textMap.optional(),
  })
  .transform(({ Subnet, IPRange, Gateway, AuxiliaryAddresses }): IpamConfig => ({
    Subnet,
    ...(IPRange !== undefined && { IPRange }),
    ...(Gateway !== undefined && { Gateway }),
    ...(AuxiliaryAddresses !== undefined && { AuxiliaryAddresses }),
  }));

const fileSchema = z.array(
  z.looseObject({
    Id: z.string().length(64),
    Name: z.string(),
    Driver: z.enum(['bridge', 'host', 'null']),
    Created: z.string(),
    Internal: z.boolean().default(false),
    Attachable: z.boolean().default(false),
    Options: textMap.default({}),
    Labels: textMap.default({}),
    IPAM: z
      .looseObject({ Options: textMap.nullable().default(null), Config: z.array(ipamConfigSchema).default([]) })
      .default({ Options: null, Config: [] }),
    OwnSubnet: z.boolean().default(false),
    ConfigOnly: z.boolean().default(false),
    ConfigFrom: z.string().default(''),
  }),
);

export function networksPath(dataRoot: string): string {
  return `${dataRoot}/${DIRECTORY}/${FILE}`;
}

/** @throws Error saying what is wrong with it */
export function parseNetworks(text: string): NetworkSettings[] {
  return fileSchema.parse(JSON.parse(text)).map((saved) => ({
    id: saved.Id,
    name: saved.Name,
    driver: saved.Driver,
    createdMs: parseTimestamp(saved.Created) ?? 0,
    internal: saved.Internal,
    attachable: saved.Attachable,
    options: saved.Options,
    labels: saved.Labels,
    ipam: { options: saved.IPAM.Options, config: saved.IPAM.Config },
    ownSubnet: saved.OwnSubnet,
    configOnly: saved.ConfigOnly,
    configFrom: saved.ConfigFrom,
  }));
}

export async function writeNetworks(
  files: HostFiles,
  dataRoot: string,
  networks: readonly NetworkSettings[],
): Promise<void> {
  const text = JSON.stringify(
    networks.map((one) => ({
      Id: one.id,
      Name: one.name,
      Driver: one.driver,
      Created: rfc3339Nano(one.createdMs),
      Internal: one.internal,
      Attachable: one.attachable,
      Options: one.options,
      Labels: one.labels,
      IPAM: { Options: one.ipam.options, Config: one.ipam.config },
      OwnSubnet: one.ownSubnet,
      ConfigOnly: one.configOnly,
      ConfigFrom: one.configFrom,
    })),
  );
  await files.mkdir(`${dataRoot}/${DIRECTORY}`, 0o750);
  await replaceFile(files, networksPath(dataRoot), text);
}
