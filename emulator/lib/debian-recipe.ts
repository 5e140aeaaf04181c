// What the recipe of a Debian-based image says. Each is a folder of emulator/images/ with a recipe.ts, and may have files/
// (copied into the root before the packages are configured) and set-up.sh (run in the root at the end).
import type { ImageConfig } from './oci-image.ts';

export interface DebianRecipe {
  /** Folder below emulator/images/. */
  readonly folder: string;
  /** With its namespace: library/nginx. */
  readonly repository: string;
  /** Packages of the layer on top of the Debian one; none for the Debian image itself. */
  readonly packages: readonly string[];
  /** The package whose upstream version is a tag. */
  readonly versionOf: string;
  /** More tags beside `latest` and the version. */
  readonly tags?: readonly string[];
  /** Text of the layer's line in `docker history`. */
  readonly createdBy: string;
  readonly config: ImageConfig;
}

/** As Docker's own images have it. */
export const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
