// guest.json: what the guest build says about the files it made. Checked, since it comes over the network in the page.
import { z } from 'zod';
import { DrydockError } from '../contracts/errors.ts';
import type { GuestFiles } from '../contracts/machine.ts';

const schema = z.object({
  /** The guest's memory; a snapshot restores only into the same size. */
  memoryMb: z.number().int().min(64).max(2048),
  /** The kernel's command line for a cold boot. */
  cmdline: z.string(),
  /** Size of the root image. */
  rootBytes: z.number().int().positive(),
  /** File name of the warm snapshot, or null when only a cold boot is possible. */
  snapshot: z.string().nullable(),
  /** The kernel was built for the local APIC's timer, which lets an idle guest sleep longer than the old PIT. */
  acpi: z.boolean().default(false),
  /** Of the crun in the guest. */
  ociRuntimeVersion: z.string(),
  /** Sizes of the files by name, for the boot's progress. */
  files: z.record(z.string(), z.number()).optional(),
});

export type GuestManifest = z.infer<typeof schema>;

/** @throws DrydockError `data-loss` when it is not what the guest build writes */
export async function loadManifest(guest: GuestFiles): Promise<GuestManifest> {
  const text = new TextDecoder().decode(await guest.load('guest.json'));
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DrydockError('data-loss', `Cannot read guest.json: ${reason}`, { cause });
  }
}
