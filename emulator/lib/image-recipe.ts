// What an image recipe says. Each is a folder of emulator/images/ with a recipe.ts; images/all-images.ts lists them.
import type { ImageConfig } from './oci-image.ts';
import type { TarEntry } from './tar.ts';

export interface ImageRecipe {
  /** With its namespace: library/busybox. */
  readonly repository: string;
  /** The package whose upstream version and date the image takes. Without one, the version and date below. */
  readonly packageName?: string;
  /** A tag beside `latest`. */
  readonly version?: string;
  /** A C program of the recipe's folder. */
  readonly program?: string;
  /** The program needs the C library, which is linked into it. */
  readonly libc?: boolean;
  readonly config: ImageConfig;
  /** Text of the layer's line in `docker history`. */
  readonly createdBy: string;
  layer(files: RecipeFiles): Promise<readonly TarEntry[]>;
}

export interface RecipeFiles {
  /** A file of the package. */
  fromPackage(path: string): Promise<Uint8Array>;
  /** The compiled program. */
  program(): Promise<Uint8Array>;
  /** A file of the recipe's own folder. */
  own(path: string): Promise<Uint8Array>;
}
