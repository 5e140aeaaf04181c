// The list of steps. A new one is added here; what it needs runs before it.
import type { Step } from '../lib/step.ts';
import { chunksStep } from './chunks.ts';
import { debianImages } from './debian-images.ts';
import { crun } from './crun.ts';
import { guestStep } from './guest.ts';
import { images } from './images.ts';
import { kernel } from './kernel.ts';
import { rootfsStep } from './rootfs.ts';
import { snapshotStep } from './snapshot.ts';

export interface Steps {
  readonly steps: readonly Step[];
  /** Outputs that are put into public/. */
  readonly published: { readonly guest: Step; readonly images: readonly Step[] };
  /** Its output gets a name that does not change, for who works on the shim. */
  readonly libcrun: Step;
}

/**
 * @param without our own programs that are left out of the root image
 * @param curated also the images that are a Debian with packages, which the first prompt does not wait for
 */
export function createSteps(without: ReadonlySet<string>, curated: boolean): Steps {
  const rootfs = rootfsStep(without);
  const chunks = chunksStep(rootfs);
  const guest = snapshotStep(guestStep(rootfs, chunks));
  // The kernel first: it takes longest, and downloads wait for each other.
  const allImages = curated ? [images, ...debianImages.map(({ step }) => step)] : [images];
  return { steps: [kernel, guest, ...allImages], published: { guest, images: allImages }, libcrun: crun };
}
