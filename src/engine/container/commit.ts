// `docker commit`: what a container changed becomes a layer on its image (moby: daemon/commit.go).
import { DOCKER_VERSION } from '../../contracts/engine-api.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { bodyChunks } from '../registry/read-body.ts';
import { familiarString } from '../registry/reference.ts';
import type { Reference } from '../registry/reference.ts';
import { rfc3339Nano } from '../timestamp.ts';
import { withChanges } from '../image/config-changes.ts';
import type { Image } from '../image/image.ts';
import type { ImageMaker } from '../image/image-maker.ts';
import { configBody } from './config-body.ts';
import { emitContainerEvent } from './container-context.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import type { Config } from './create-request.ts';
import { rootOf } from './files/container-view.ts';
import { mergeConfigs } from './merge-image-config.ts';
import { pauseContainer, unpauseContainer } from './pause.ts';

export interface CommitRequest {
  readonly author: string;
  readonly comment: string;
  readonly changes: readonly string[];
  readonly pause: boolean;
  readonly reference: Reference | undefined;
  /** Instead of the container's own. */
  readonly config: Config | undefined;
  readonly signal: AbortSignal;
}

/** @throws DrydockError `conflict` when it is dead or being removed; `invalid-argument` for changes that are none */
export async function commitContainer(
  context: ContainerContext,
  maker: ImageMaker,
  container: Container,
  request: CommitRequest,
): Promise<Image> {
  const { id, state } = container;
  if (state.dead) throw new DrydockError('conflict', `You cannot commit container ${id} which is Dead`);
  if (state.removing) throw new DrydockError('conflict', `You cannot commit container ${id} which is being removed`);
  const image = await whilePaused(context, container, request.pause, () =>
    makeImage(context, maker, container, request),
  );
  if (request.reference !== undefined) await maker.tag(image, request.reference);
  const imageRef = request.reference === undefined ? '' : familiarString(request.reference);
  emitContainerEvent(context, container, 'commit', { comment: request.comment, imageID: image.id, imageRef });
  return image;
}

async function makeImage(
  { runtime }: ContainerContext,
  maker: ImageMaker,
  container: Container,
  request: CommitRequest,
): Promise<Image> {
  const { author, comment, changes, signal } = request;
  const config = mergeConfigs(withChanges(request.config ?? container.config, changes), container.config);
  const base = container.image;
  const created = rfc3339Nano(maker.nowMs);
  const step = { created, created_by: (container.config.Cmd ?? []).join(' ') };
  const root = rootOf(container);
  const tar = await runtime.trees.pack({ root: root.upper, mounts: [] }, '/', { whiteouts: true });
  const image = await maker.make({
    tar: bodyChunks(new Response(tar as ReadableStream<Uint8Array<ArrayBuffer>>)),
    base,
    signal,
    describe: (diffIds, isEmpty) => ({
      architecture: base.config.architecture,
      ...(author !== '' && { author }),
      config: configBody(config),
      container: container.id,
      container_config: configBody(container.config),
      created,
      docker_version: DOCKER_VERSION,
      history: [
        ...(base.config.history ?? []),
        {
          ...withoutEmpty({ ...step, author, comment }),
          ...(isEmpty && { empty_layer: true }),
        },
      ],
      os: base.config.os,
      rootfs: { type: 'layers', diff_ids: diffIds },
      ...variantOf(base),
    }),
  });
  maker.emitImage('create', image);
  return image;
}

/** The container stands still meanwhile, so that the layer is of one moment; one that does not run does so anyway. */
async function whilePaused<T>(
  context: ContainerContext,
  container: Container,
  pause: boolean,
  work: () => Promise<T>,
): Promise<T> {
  const { state } = container;
  if (!pause || !state.running || state.paused || state.restarting) return work();
  await pauseContainer(context, container);
  try {
    return await work();
  } finally {
    // It may have ended, or somebody else was quicker.
    await unpauseContainer(context, container).catch(() => undefined);
  }
}

/** In the order of OCI's history entries. */
function withoutEmpty(step: Readonly<Record<'created' | 'created_by' | 'author' | 'comment', string>>): object {
  const { created, created_by, author, comment } = step;
  return Object.fromEntries(Object.entries({ created, created_by, author, comment }).filter(([, text]) => text !== ''));
}

function variantOf({ config }: Image): object {
  const { variant } = config as { readonly variant?: unknown };
  return typeof variant === 'string' && variant !== '' ? { variant } : {};
}
