// Events about images carry their labels, as Docker's do.
import type { Digest } from '../../contracts/blob-store.ts';
import type { EmitEvent } from '../event/event-log.ts';
import type { ImageStore } from './image-store.ts';

export interface ImageEventDeps {
  readonly store: ImageStore;
  readonly emit: EmitEvent;
}

/** @param name what the attribute `name` says: a reference, or the ID */
export function emitImageEvent(
  { store, emit }: ImageEventDeps,
  action: string,
  id: string,
  name: string,
  imageId: Digest | undefined,
): void {
  const image = imageId !== undefined && store.has(imageId) ? store.get(imageId) : undefined;
  emit({ type: 'image', action, id, attributes: { ...image?.config.config?.Labels, name } });
}
