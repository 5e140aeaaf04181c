// The image half of the engine put together: the store that containers look into, and the routes that fill it.
import type { Hono } from 'hono';
import type { BlobStore } from '../../contracts/blob-store.ts';
import type { EmitEvent } from '../event/event-log.ts';
import { LayerPool } from '../layer/layer-pool.ts';
import { ImageStore } from './image-store.ts';
import type { ImageStoreDeps } from './image-store.ts';
import { ImagePuller } from './pull.ts';
import { imageRoutes } from './routes.ts';

export interface ImagesDeps extends Pick<ImageStoreDeps, 'usedBy' | 'releaseLayer'> {
  readonly blobs: BlobStore;
  readonly fetch: typeof fetch;
  /** The `/v2/` tree that stands for docker.io. */
  readonly defaultRegistry: URL;
  readonly emit: EmitEvent;
  nowMs(): number;
}

export interface Images {
  readonly store: ImageStore;
  readonly routes: Hono;
}

export function createImages({ blobs, fetch, defaultRegistry, emit, nowMs, usedBy, releaseLayer }: ImagesDeps): Images {
  const store = new ImageStore({ layers: new LayerPool(blobs), usedBy, releaseLayer });
  const puller = new ImagePuller({ store, blobs, fetch, defaultRegistry });
  return { store, routes: imageRoutes({ store, puller, emit, nowMs }) };
}
