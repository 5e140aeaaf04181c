// Names that `docker manifest` takes: `latest` when there is no tag, and no digest either.
import type { ImageReference } from '../reference/image-reference.ts';
import { parseImageReference, withDefaultTag } from '../reference/image-reference.ts';

/** @throws Error in Docker's words */
export function parseManifestName(text: string): ImageReference {
  return withDefaultTag(parseImageReference(text));
}
