// What `docker images` can show of an image, by the names `--format` uses. An image has a row for each of its names.
import { goTimeString } from '../../format/go-time.ts';
import { humanAgo } from '../../format/human-duration.ts';
import { humanSize } from '../../format/human-size.ts';
import type { Row } from '../../format/table.ts';
import type { ImageReference } from '../../reference/image-reference.ts';
import { familiarName, parseImageReference, shortId } from '../../reference/image-reference.ts';

/** As GET /images/json gives it. */
export interface ImageSummary {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Created: number;
  readonly Size: number;
  readonly SharedSize: number;
  readonly Containers: number;
}

export const IMAGE_HEADERS = {
  ID: 'IMAGE ID',
  Repository: 'REPOSITORY',
  Tag: 'TAG',
  Digest: 'DIGEST',
  CreatedSince: 'CREATED',
  CreatedAt: 'CREATED AT',
  Size: 'SIZE',
  Containers: 'CONTAINERS',
  VirtualSize: 'SIZE',
  SharedSize: 'SHARED SIZE',
  UniqueSize: 'UNIQUE SIZE',
};

interface ImageName {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

function isDangling(tags: readonly string[], digests: readonly string[]): boolean {
  if (tags.length === 0 && digests.length === 0) return true;
  return tags.length === 1 && tags[0] === '<none>:<none>' && digests.length === 1 && digests[0] === '<none>@<none>';
}

function parsed(list: readonly string[]): ImageReference[] {
  return list.flatMap((text) => {
    try {
      return [parseImageReference(text)];
    } catch {
      return [];
    }
  });
}

function byRepository(references: readonly ImageReference[], part: 'tag' | 'digest'): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const reference of references) {
    const value = reference[part];
    const repository = familiarName(reference.name);
    if (value !== undefined) groups.set(repository, [...(groups.get(repository) ?? []), value]);
  }
  return groups;
}

const NONE = '<none>';

/** @param everyDigest a row for each digest @param withDigests digests are shown at all */
function imageNames(image: ImageSummary, everyDigest: boolean, withDigests: boolean): ImageName[] {
  const repoTags = image.RepoTags ?? [];
  const repoDigests = image.RepoDigests ?? [];
  if (isDangling(repoTags, repoDigests)) return [{ repository: NONE, tag: NONE, digest: NONE }];
  const tags = byRepository(parsed(repoTags), 'tag');
  const digests = byRepository(parsed(repoDigests), 'digest');
  const names: ImageName[] = [];
  for (const [repository, list] of tags) {
    const shown = withDigests ? (digests.get(repository) ?? []) : [];
    // A digest of a tagged image is no name of its own.
    digests.delete(repository);
    for (const tag of list) {
      for (const digest of shown.length === 0 ? [NONE] : shown) names.push({ repository, tag, digest });
    }
  }
  for (const [repository, list] of digests) {
    for (const digest of everyDigest ? list : ['']) names.push({ repository, tag: NONE, digest });
  }
  return names;
}

const known = (bytes: number) => (bytes === -1 ? 'N/A' : humanSize(bytes));

export interface RowOptions {
  readonly truncate: boolean;
  readonly everyDigest: boolean;
  readonly withDigests: boolean;
}

export function imageRow(image: ImageSummary, { repository, tag, digest }: ImageName, truncate: boolean): Row {
  return {
    ID: () => (truncate ? shortId(image.Id) : image.Id),
    Repository: () => repository,
    Tag: () => tag,
    Digest: () => digest,
    CreatedSince: () => humanAgo(image.Created),
    CreatedAt: () => goTimeString(image.Created),
    Size: () => humanSize(image.Size, 3),
    Containers: () => (image.Containers === -1 ? 'N/A' : String(image.Containers)),
    VirtualSize: () => humanSize(image.Size),
    SharedSize: () => known(image.SharedSize),
    UniqueSize: () => (image.Size === -1 || image.SharedSize === -1 ? 'N/A' : humanSize(image.Size - image.SharedSize)),
  };
}

export function imageRows(image: ImageSummary, { truncate, everyDigest, withDigests }: RowOptions): Row[] {
  return imageNames(image, everyDigest, withDigests).map((name) => imageRow(image, name, truncate));
}

/** By its first tag only; undefined when that cannot be read. */
export function firstNameRow(image: ImageSummary, truncate: boolean): Row | undefined {
  const [first] = image.RepoTags ?? [];
  if (first === undefined || isDangling(image.RepoTags ?? [], image.RepoDigests ?? []))
    return imageRow(image, { repository: NONE, tag: NONE, digest: '' }, truncate);
  const [reference] = parsed([first]);
  if (reference === undefined) return undefined;
  const name =
    reference.tag === undefined
      ? { repository: NONE, tag: NONE }
      : { repository: familiarName(reference.name), tag: reference.tag };
  return imageRow(image, { ...name, digest: '' }, truncate);
}
