// Images as the Engine API shows them (ImageInspect, ImageSummary, HistoryResponseItem). `docker inspect` prints what it
// gets, so the fields stand in the daemon's order.
import type { HistoryResponseItem, ImageInspect, ImageSummary } from '@docker/node-sdk';
import { rfc3339Nano } from '../timestamp.ts';
import type { Image, ImageLayer, ImageRunConfig } from './image.ts';

/** @param overlay2 the directory that layers are mounted in */
export function inspectJson(image: Image, lastTaggedMs: number | undefined, overlay2: string): ImageInspect {
  const { config } = image;
  return {
    Id: image.id,
    RepoTags: [...image.repoTags],
    RepoDigests: [...image.repoDigests],
    Parent: image.parent ?? '',
    Comment: config.history?.at(-1)?.comment ?? '',
    ...(config.created !== undefined && { Created: config.created }),
    DockerVersion: config.docker_version ?? '',
    Author: config.author ?? '',
    Config: runConfigJson(config.config ?? {}),
    Architecture: config.architecture,
    Os: config.os,
    Size: image.sizeBytes,
    GraphDriver: { Data: graphData(image.layers, overlay2), Name: 'overlay2' },
    RootFS: { Type: 'layers', Layers: image.layers.map(({ diffId }) => diffId) },
    Metadata: { LastTagTime: rfc3339Nano(lastTaggedMs) },
  };
}

/** @param sharedBytes -1 when nobody asked */
export function summaryJson(image: Image, containers: number, sharedBytes: number): ImageSummary {
  return {
    Containers: containers,
    Created: createdSeconds(image.config.created),
    Id: image.id,
    // Go's null, which the client's type does not know.
    Labels: (image.config.config?.Labels ?? null) as Record<string, string>,
    ParentId: image.parent ?? '',
    RepoDigests: [...image.repoDigests],
    RepoTags: [...image.repoTags],
    SharedSize: sharedBytes,
    Size: image.sizeBytes,
  };
}

/**
 * Newest step first. What was made here has an image for each step; steps below were made elsewhere and have none.
 * @param ancestors the image's parent, its parent, and so on
 */
export function historyJson(image: Image, ancestors: readonly Image[] = []): HistoryResponseItem[] {
  const layers = [...image.layers];
  const steps = (image.config.history ?? []).map((step) => ({
    Comment: step.comment ?? '',
    Created: createdSeconds(step.created),
    CreatedBy: step.created_by ?? '',
    Id: '<missing>',
    Size: step.empty_layer === true ? 0 : (layers.shift()?.sizeBytes ?? 0),
    Tags: null as unknown as string[],
  }));
  const made = [image, ...ancestors];
  return steps.reverse().map((item, index) => {
    const own = made[index];
    if (own === undefined) return item;
    return { ...item, Id: own.id, Tags: own.repoTags.length === 0 ? item.Tags : [...own.repoTags] };
  });
}

/** Seconds since 1970, 0 when the image does not say. */
function createdSeconds(created: string | undefined): number {
  const ms = Date.parse(created ?? '');
  return Number.isNaN(ms) ? 0 : Math.floor(ms / 1000);
}

function graphData(layers: readonly ImageLayer[], overlay2: string): Record<string, string> {
  const top = layers.at(-1);
  // Go's null again: an image without layers has no directories.
  if (top === undefined) return null as unknown as Record<string, string>;
  const below = layers.slice(0, -1).reverse();
  return {
    ...(below.length > 0 && { LowerDir: below.map(({ overlayId }) => `${overlay2}/${overlayId}/diff`).join(':') }),
    MergedDir: `${overlay2}/${top.overlayId}/merged`,
    UpperDir: `${overlay2}/${top.overlayId}/diff`,
    WorkDir: `${overlay2}/${top.overlayId}/work`,
  };
}

/** Empty fields are left out, as API 1.50 and later do. */
function runConfigJson(config: ImageRunConfig): NonNullable<ImageInspect['Config']> {
  const { User, ExposedPorts, Env, Entrypoint, Cmd, Volumes, WorkingDir, Labels, StopSignal } = config;
  const { Healthcheck, OnBuild, Shell } = config;
  const fields = {
    User,
    ExposedPorts,
    Env,
    Entrypoint,
    Cmd,
    Volumes,
    WorkingDir,
    Labels,
    StopSignal,
    Healthcheck,
    OnBuild,
    Shell,
  };
  const filled = Object.entries(fields).filter(
    ([, value]) => value && (typeof value === 'string' || Object.keys(value).length > 0),
  );
  return Object.fromEntries(filled);
}
