// `docker save` still writes a config for each layer, as Docker 1.9 and before would read it: files that nothing names any
// more, but that `tar -t` shows (moby: image/tarexport/save.go, image/v1/imagev1.go CreateID).
import type { Digest } from '../../../contracts/blob-store.ts';
import { htmlSafeJson } from '../../../shared/go-json.ts';
import { digestOf } from '../../blob/sha256.ts';
import { legacyImage, recordOf, sortedRecord } from './legacy-config.ts';
import type { LegacyJson } from './legacy-config.ts';

/** Of every layer but the topmost, whose image is the whole. */
const NEVER = '1970-01-01T00:00:00Z';

export interface LegacyConfigFile {
  readonly digest: Digest;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** @param chainIds of the image's layers, bottom first */
export async function legacyConfigFiles(
  rawConfig: Uint8Array,
  chainIds: readonly Digest[],
): Promise<LegacyConfigFile[]> {
  const config = recordOf(JSON.parse(new TextDecoder().decode(rawConfig))) ?? {};
  const files: LegacyConfigFile[] = [];
  let parent: Digest | undefined;
  for (const [index, chainId] of chainIds.entries()) {
    const image = legacyImage(index === chainIds.length - 1 ? config : { created: NEVER });
    const id = await digestOf(encoded(identity(image, chainId, parent)));
    const bytes = encoded({
      id: hexOf(id),
      ...(parent !== undefined && { parent: hexOf(parent) }),
      ...image,
      os: config['os'] ?? 'linux',
    });
    files.push({ digest: await digestOf(bytes), bytes });
    parent = id;
  }
  return files;
}

function identity(image: LegacyJson, chainId: Digest, parent: Digest | undefined): LegacyJson {
  return sortedRecord(Object.entries({ ...image, layer_id: chainId, ...(parent !== undefined && { parent }) }));
}

function encoded(value: LegacyJson): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(htmlSafeJson(JSON.stringify(value)));
}

function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
