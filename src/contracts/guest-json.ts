// The shape of guest.json: what the guest's build (emulator/) tells the machine about the files it made.
// A schema, since the page gets it over the network.
import { z } from 'zod';

const file = z
  .strictObject({
    file: z.string().min(1),
    bytes: z.number().int().positive(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .describe('A file beside guest.json');

const root = file
  .extend({
    chunkBytes: z.number().int().positive().describe('Uncompressed size of every chunk but the last'),
    chunks: z.array(z.string().min(1)).min(1).describe('File names in order, each a gzip file'),
  })
  .describe(
    'The root image, whole and in pieces: a static host may not answer range requests, so a page fetches pieces',
  );

export const guestJsonSchema = z.strictObject({
  version: z.literal(1),
  kernelRelease: z.string().min(1),
  ociRuntimeVersion: z.string().min(1).describe('Of the crun in the guest'),
  kernel: file,
  initramfs: file,
  bios: file,
  vgaBios: file,
  root,
  commandLine: z.string().describe("The kernel's, for a cold boot"),
  memoryMegabytes: z.number().int().min(64).max(2048).describe('A snapshot restores only into the same size'),
  acpi: z
    .boolean()
    .describe('The emulator option of that name: it brings the local APIC, whose timer lets an idle guest sleep'),
  snapshot: file
    .extend({ stateBytes: z.number().int().positive().describe('Size after decompression') })
    .optional()
    .describe('Without it a machine boots the kernel'),
});

export type GuestJson = z.infer<typeof guestJsonSchema>;
export type GuestFile = z.infer<typeof file>;
