// `docker import`: a root file system as a tar becomes an image of one layer (moby: daemon/images/image_import.go).
import { DOCKER_VERSION } from '../../contracts/engine-api.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { configBody } from '../container/config-body.ts';
import { configSchema } from '../container/create-request.ts';
import { GUEST_PLATFORM } from '../registry/platform.ts';
import type { Platform } from '../registry/platform.ts';
import type { Reference } from '../registry/reference.ts';
import { rfc3339Nano } from '../timestamp.ts';
import { withChanges } from './config-changes.ts';
import type { Image } from './image.ts';
import type { ImageMaker } from './image-maker.ts';

export interface ImportRequest {
  readonly tar: AsyncIterable<Uint8Array>;
  readonly message: string;
  readonly changes: readonly string[];
  /** The guest's own when left out. */
  readonly platform: Platform | undefined;
  readonly reference: Reference | undefined;
  readonly signal: AbortSignal;
}

/** @throws DrydockError `invalid-argument` for changes and platforms that are none; `data-loss` for a tar that is none */
export async function importImage(maker: ImageMaker, request: ImportRequest): Promise<Image> {
  const { tar, message, changes, reference, signal } = request;
  const { os, architecture, variant } = request.platform ?? GUEST_PLATFORM;
  if (os !== 'linux') throw new DrydockError('invalid-argument', 'operating system is not supported');
  const empty = configSchema.parse({});
  const config = configBody(withChanges(empty, changes));
  const created = rfc3339Nano(maker.nowMs);
  const image = await maker.make({
    tar,
    base: undefined,
    signal,
    describe: (diffIds) => ({
      architecture,
      ...(message !== '' && { comment: message }),
      config,
      container_config: configBody(empty),
      created,
      docker_version: DOCKER_VERSION,
      history: [{ created, ...(message !== '' && { comment: message }) }],
      os,
      rootfs: { type: 'layers', diff_ids: diffIds },
      ...(variant !== undefined && { variant }),
    }),
  });
  if (reference !== undefined) await maker.tag(image, reference);
  maker.emitImage('import', image);
  return image;
}
