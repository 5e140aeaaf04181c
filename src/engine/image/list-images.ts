// `docker images`: which images to show, with which of their names (Engine API, GET /images/json).
import type { ImageSummary } from '@docker/node-sdk';
import { DrydockError } from '../../contracts/errors.ts';
import type { Filters } from '../api/filters.ts';
import type { Digest } from '../../contracts/blob-store.ts';
import type { ImageUsage } from '../system/disk-usage.ts';
import { parseTimestamp } from '../timestamp.ts';
import type { Image } from './image.ts';
import { summaryJson } from './image-json.ts';
import type { ImageStore } from './image-store.ts';
import { matchesPattern } from './reference-pattern.ts';

export const IMAGE_FILTERS = ['dangling', 'label', 'before', 'since', 'reference', 'until'] as const;

export interface ListOptions {
  readonly filters: Filters;
  /** Those, too, that have no name and that others were made of. */
  readonly all: boolean;
  readonly sharedSize: boolean;
}

/** Newest first. @throws DrydockError `invalid-argument`, `not-found` for the filters' values */
export function listImages(store: ImageStore, { filters, all: withParents, sharedSize }: ListOptions): ImageSummary[] {
  const dangling = danglingOf(filters);
  const patterns = filters.values('reference');
  const [sinceMs, beforeMs] = timesOf(store, filters);
  const all = store.list();
  const shared = sharedSize ? sharedLayers(all) : undefined;
  return all
    .filter((image) => filters.labels('label', image.config.config?.Labels ?? {}))
    .filter((image) => {
      const createdMs = Date.parse(image.config.created ?? '');
      return (sinceMs === undefined || createdMs > sinceMs) && (beforeMs === undefined || createdMs < beforeMs);
    })
    .map((image) => withMatchingNames(image, patterns))
    .filter((image) => {
      if (dangling === true && store.hasChildren(image.id)) return false;
      const isStep = image.repoTags.length === 0 && image.repoDigests.length === 0 && store.hasChildren(image.id);
      if (isStep && !withParents) return false;
      const named = image.repoTags.length > 0 || image.repoDigests.length > 0;
      if (dangling === true) return image.repoTags.length === 0;
      return named || (dangling === undefined && patterns.length === 0);
    })
    .map((image) => summaryJson(image, -1, shared === undefined ? -1 : sharedBytes(image, shared)))
    .sort((a, b) => b.Created - a.Created);
}

/** Every image with how many containers have it, and each layer's bytes counted once. */
export function imageUsageOf(store: ImageStore): ImageUsage {
  const all = store.list();
  const shared = sharedLayers(all);
  const layers = new Map(all.flatMap((image) => image.layers.map(({ chainId, sizeBytes }) => [chainId, sizeBytes])));
  return {
    layersBytes: [...layers.values()].reduce((sum, bytes) => sum + bytes, 0),
    images: all
      .map((image) => summaryJson(image, store.usedBy(image.id).length, sharedBytes(image, shared)))
      .sort((a, b) => b.Created - a.Created),
  };
}

function danglingOf(filters: Filters): boolean | undefined {
  const [value] = filters.values('dangling');
  if (value === undefined) return undefined;
  if (['1', 'true'].includes(value)) return true;
  if (['0', 'false'].includes(value)) return false;
  throw new DrydockError('invalid-argument', `invalid filter 'dangling=[${value}]'`);
}

/** Several values must all hold: the newest `since`, the oldest `before`. */
function timesOf(store: ImageStore, filters: Filters): [sinceMs: number | undefined, beforeMs: number | undefined] {
  const createdMs = (name: string): number[] => {
    const ms = Date.parse(store.get(name).config.created ?? '');
    return Number.isNaN(ms) ? [] : [ms];
  };
  const since = filters.values('since').flatMap(createdMs);
  const until = filters.values('until').map((value) => parseTimestamp(value) ?? 0);
  const before = [...filters.values('before').flatMap(createdMs), ...until];
  return [since.length > 0 ? Math.max(...since) : undefined, before.length > 0 ? Math.min(...before) : undefined];
}

function withMatchingNames(image: Image, patterns: readonly string[]): Image {
  if (patterns.length === 0) return image;
  const matching = (names: readonly string[]): string[] =>
    names.filter((name) => patterns.some((pattern) => matchesPattern(pattern, name)));
  return { ...image, repoTags: matching(image.repoTags), repoDigests: matching(image.repoDigests) };
}

/** Chain IDs that more than one image has. */
function sharedLayers(images: readonly Image[]): Set<Digest> {
  const counts = new Map<Digest, number>();
  for (const { layers } of images) {
    for (const { chainId } of layers) counts.set(chainId, (counts.get(chainId) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count > 1).map(([chainId]) => chainId));
}

function sharedBytes(image: Image, shared: ReadonlySet<Digest>): number {
  return image.layers.filter(({ chainId }) => shared.has(chainId)).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
