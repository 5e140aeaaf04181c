// Archives of Docker 1.9 and before: a folder for each layer with the config of the image that ends with it, and
// `repositories` with the names. All is looked through before anything is stored (moby: image/tarexport/load.go, legacyLoad).
import type { Digest } from '../../../contracts/blob-store.ts';
import { DrydockError } from '../../../contracts/errors.ts';
import { digestOf } from '../../blob/sha256.ts';
import type { LayerLease } from '../../layer/layer-pool.ts';
import { parseJson } from '../../parse-json.ts';
import { parseReference, withTag } from '../../registry/reference.ts';
import type { Reference } from '../../registry/reference.ts';
import { parseImageConfig } from '../image-config.ts';
import type { ImageConfig } from '../image.ts';
import type { ArchiveContents } from './archive-contents.ts';
import { missing, smallFile } from './archive-manifest.ts';
import { legacyConfig, legacyHistory, recordOf } from './legacy-config.ts';
import type { LegacyHistory, LegacyJson } from './legacy-config.ts';

/** Of layers on each other (moby: layer/layer_store.go). */
const MAX_DEPTH = 125;

/** An image as it is to be stored. */
export interface LegacyImage {
  readonly id: Digest;
  readonly config: ImageConfig;
  readonly rawConfig: Uint8Array<ArrayBuffer>;
  readonly parent: LegacyImage | undefined;
  /** The archive's, bottom first. */
  readonly layers: readonly LayerLease[];
  readonly history: readonly LegacyHistory[];
}

export interface LegacyArchive {
  /** Parents before their children. */
  readonly images: readonly LegacyImage[];
  readonly names: readonly { readonly reference: Reference; readonly id: Digest }[];
}

/** @throws DrydockError in Docker's words */
export async function legacyImages(contents: ArchiveContents, place: string): Promise<LegacyArchive> {
  const images = new Map<string, LegacyImage>();
  for (const folder of contents.directories()) {
    for (const { name, json } of lineOf(contents, place, folder, images)) {
      images.set(name, await imageOf(contents, place, name, json, images.get(parentOf(json))));
    }
  }
  return { images: [...images.values()], names: namesOf(contents, place, images) };
}

interface Member {
  readonly name: string;
  readonly json: LegacyJson;
}

/** The folder's image and those that it stands on and that are not known yet, lowest first. */
function lineOf(
  contents: ArchiveContents,
  place: string,
  folder: string,
  known: ReadonlyMap<string, unknown>,
): Member[] {
  const line = new Map<string, Member>();
  for (let name = folder; name !== '' && !known.has(name);) {
    if (line.has(name)) {
      throw new DrydockError('data-loss', `Cannot load image ${folder}: its parents lead back to ${name}`);
    }
    const json = recordOf(parseJson(smallFile(contents, `${name}/json`, place), `json of ${name}`));
    if (json === undefined) throw new DrydockError('data-loss', `Cannot read json of ${name}: it is no object`);
    const os = json['os'] ?? 'linux';
    if (os !== 'linux' && os !== '') throw new DrydockError('internal', `cannot load ${String(os)} image on linux`);
    line.set(name, { name, json });
    name = parentOf(json);
  }
  return [...line.values()].reverse();
}

function parentOf({ parent }: LegacyJson): string {
  return typeof parent === 'string' ? parent : '';
}

async function imageOf(
  contents: ArchiveContents,
  place: string,
  name: string,
  json: LegacyJson,
  parent: LegacyImage | undefined,
): Promise<LegacyImage> {
  const file = contents.get(`${name}/layer.tar`);
  if (file?.kind === 'broken') throw file.error;
  if (file?.kind !== 'layer') throw missing(place, `${name}/layer.tar`);
  if (parent?.layers.length === MAX_DEPTH) throw new DrydockError('data-loss', 'max depth exceeded');
  const layers = [...(parent?.layers ?? []), file.lease];
  const history = [...(parent?.history ?? []), legacyHistory(json)];
  const diffIds = layers.map(({ layer }) => layer.diffId);
  const rawConfig = legacyConfig(json, diffIds, history);
  const id = await digestOf(rawConfig);
  return { id, config: parseImageConfig(rawConfig, id), rawConfig, parent, layers, history };
}

function namesOf(
  contents: ArchiveContents,
  place: string,
  images: ReadonlyMap<string, LegacyImage>,
): LegacyArchive['names'] {
  const repositories = recordOf(parseJson(smallFile(contents, 'repositories', place), 'repositories of the archive'));
  return Object.entries(repositories ?? {}).flatMap(([repository, tags]) =>
    Object.entries(recordOf(tags) ?? {}).map(([tag, target]) => {
      const image = images.get(String(target));
      if (image === undefined) throw new DrydockError('data-loss', `invalid target ID: ${String(target)}`);
      return { reference: withTag(parseReference(repository), tag), id: image.id };
    }),
  );
}
