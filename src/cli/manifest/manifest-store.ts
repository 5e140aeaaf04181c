// Manifest lists in the making, as Docker's client keeps them: a folder for each below `manifests/`, a file for each image
// (docker/cli: cli/manifest/store).
import type { Digest } from '../../contracts/blob-store.ts';
import { isDrydockError } from '../../contracts/errors.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { parseJson } from '../format/go-json-error.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { fullString } from '../reference/image-reference.ts';
import type { ImageManifest, Platform } from './image-manifest.ts';

const ENOENT = 2;

/** @throws CliError when there is none */
export async function storedManifest(
  { session, configFolder }: CliContext,
  list: ImageReference,
  manifest: ImageReference,
): Promise<ImageManifest> {
  const path = `${configFolder}/manifests/${fileName(list)}/${fileName(manifest)}`;
  const bytes = await session.files.read(path).catch((error: unknown) => {
    if (isDrydockError(error) && error.errno === ENOENT) throw notStored(manifest);
    throw error;
  });
  return decoded(new TextDecoder().decode(bytes));
}

export function notStored(reference: ImageReference): CliError {
  return new CliError(`No such manifest: ${fullString(reference)}`);
}

function fileName(reference: ImageReference): string {
  return fullString(reference).replaceAll(':', '-').replaceAll('/', '_');
}

interface Stored {
  readonly Ref: string;
  readonly Descriptor: { readonly mediaType: string; readonly digest: Digest; readonly platform?: Platform };
  readonly Raw: string;
}

function decoded(text: string): ImageManifest {
  const { Ref, Descriptor, Raw } = parseJson(text) as Stored;
  const { mediaType, digest, platform = { architecture: '', os: '' } } = Descriptor;
  const bytes = Uint8Array.from(atob(Raw), (character) => character.charCodeAt(0));
  return { ref: Ref, mediaType, digest, platform, bytes };
}
