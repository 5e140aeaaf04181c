// guest.json, read and checked: it comes over the network in the page.
import { DrydockError } from '../contracts/errors.ts';
import { guestJsonSchema } from '../contracts/guest-json.ts';
import type { GuestJson } from '../contracts/guest-json.ts';
import type { GuestFiles } from '../contracts/machine.ts';

/** @throws DrydockError `data-loss` when it is not what the guest build writes */
export async function loadDescription(guest: GuestFiles): Promise<GuestJson> {
  const text = new TextDecoder().decode(await guest.load('guest.json'));
  try {
    return guestJsonSchema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DrydockError('data-loss', `Cannot read guest.json: ${reason}`, { cause });
  }
}
