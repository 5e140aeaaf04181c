// An image that is there may be for another machine than the one that was asked for; Docker says so in one sentence.
import { DrydockError } from '../../contracts/errors.ts';
import { formatPlatform, GUEST_PLATFORM, platformMatches } from '../registry/platform.ts';
import type { Platform } from '../registry/platform.ts';

/** @throws DrydockError `not-found`: so a client goes and pulls it for the platform */
export function requirePlatform(name: string, wanted: Platform, image: Platform): void {
  if (platformMatches(wanted, image)) return;
  throw new DrydockError(
    'not-found',
    `image with reference ${name} was found but its platform (${formatPlatform(image)}) does not match the specified platform (${formatPlatform(wanted)})`,
  );
}

/** Docker's warning about an image of another platform that nobody asked for. */
export function platformWarnings(image: Platform): string[] {
  if (platformMatches(GUEST_PLATFORM, image)) return [];
  return [
    `The requested image's platform (${formatPlatform(image)}) does not match the detected host platform (${formatPlatform(GUEST_PLATFORM)}) and no specific platform was requested`,
  ];
}
