// `docker images`: which images to show, with which of their names (Engine API, GET /images/json).
import type { ImageSummary } from '@docker/node-sdk';
import type { Filters } from '../api/filters.ts';
import type { Digest } from '../../contracts/blob-store.ts';
import type { ImageUsage } from '../system/disk-usage.ts';
import { timeOf } from '../until-filter.ts';
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

/** Newest first. @throws DrydockError `invalid-argument`, `not-found`, `internal` for the filters' values */
export function listImages(store: ImageStore, options: ListOptions, nowMs: number): ImageSummary[] {
  const { filters, sharedSize } = options;
  const dangling = filters.flag('dangling');
  const isInTime = timeTest(store, filters, nowMs);
  const all = store.list();
  const shared = sharedSize ? sharedLayers(all) : undefined;
  return all
    .filter((image) => isInTime(image) && filters.labels('label', image.config.config?.Labels ?? {}))
    .map((image) => withMatchingNames(image, filters.values('reference')))
    .filter((image) => isShown(store, image, { ...options, dangling }))
    .map((image) => summaryJson(image, -1, shared === undefined ? -1 : sharedBytes(image, shared)))
    .sort((a, b) => b.Created - a.Created);
}

/** @param image with the names that match */
function isShown(
  store: ImageStore,
  { id, repoTags, repoDigests }: Image,
  { filters, all, dangling }: ListOptions & { readonly dangling: boolean | undefined },
): boolean {
  if (dangling === true && (store.hasChildren(id) || repoTags.length > 0)) return false;
  if (repoTags.length > 0 || repoDigests.length > 0) return true;
  return (all || !store.hasChildren(id)) && dangling !== false && !filters.has('reference');
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

/** Several values must all hold: the newest `since`, the oldest `before`. What does not say when it was made fails. */
function timeTest(store: ImageStore, filters: Filters, nowMs: number): (image: Image) => boolean {
  const createdMs = (image: Image): number => Date.parse(image.config.created ?? '');
  const times = (key: string): number[] =>
    filters
      .values(key)
      .map((name) => createdMs(store.get(name)))
      .filter((ms) => !Number.isNaN(ms));
  const before = times('before');
  before.push(...filters.values('until').map((value) => timeOf(value, nowMs, 'internal')));
  const since = times('since');
  return (image) => before.every((ms) => createdMs(image) < ms) && since.every((ms) => createdMs(image) > ms);
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
