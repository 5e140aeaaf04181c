// Manifest lists in the making, as Docker's client keeps them: a folder for each below `manifests/`, a file for each image
// (docker/cli: cli/manifest/store).
import type { Digest } from '../../contracts/blob-store.ts';
import { isDrydockError } from '../../contracts/errors.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { openError } from '../create/file-error.ts';
import { parseJson } from '../format/go-json-error.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { fullString } from '../reference/image-reference.ts';
import type { ImageManifest, Platform } from './image-manifest.ts';
import { detailsJson } from './manifest-output.ts';

const ENOENT = 2;
const FOLDER_MODE = 0o755;

export class ManifestStore {
  readonly #files: CliContext['session']['files'];
  readonly #root: string;

  constructor({ session, configFolder }: CliContext) {
    this.#files = session.files;
    this.#root = `${configFolder}/manifests`;
  }

  /** @returns undefined when the list or its image is not there. @throws CliError */
  async get(list: ImageReference, image: ImageReference): Promise<ImageManifest | undefined> {
    return this.#read(`${this.#folderOf(list)}/${fileName(image)}`);
  }

  /** In the order of the files' names. @returns undefined when there is no such list. @throws CliError */
  async list(list: ImageReference): Promise<readonly ImageManifest[] | undefined> {
    const folder = this.#folderOf(list);
    const names = await orAbsent(folder, this.#files.list(folder));
    if (names === undefined) return undefined;
    const manifests: ImageManifest[] = [];
    for (const name of names) {
      const manifest = await this.#read(`${folder}/${name}`);
      if (manifest === undefined) throw notStored(list);
      manifests.push(manifest);
    }
    return manifests;
  }

  async save(list: ImageReference, image: ImageReference, manifest: ImageManifest): Promise<void> {
    const folder = this.#folderOf(list);
    const path = `${folder}/${fileName(image)}`;
    try {
      await this.#files.makeFolder(folder, FOLDER_MODE);
      await this.#files.write(path, new TextEncoder().encode(detailsJson(manifest)));
    } catch (error) {
      throw openError(path, error);
    }
  }

  async remove(list: ImageReference): Promise<void> {
    await this.#files.removeTree(this.#folderOf(list));
  }

  #folderOf(list: ImageReference): string {
    return `${this.#root}/${fileName(list)}`;
  }

  async #read(path: string): Promise<ImageManifest | undefined> {
    const bytes = await orAbsent(path, this.#files.read(path));
    return bytes && decoded(new TextDecoder().decode(bytes));
  }
}

export function notStored(reference: ImageReference): CliError {
  return new CliError(`No such manifest: ${fullString(reference)}`);
}

async function orAbsent<T>(path: string, reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isDrydockError(error) && error.errno === ENOENT) return undefined;
    throw openError(path, error);
  }
}

function fileName(reference: ImageReference): string {
  return fullString(reference).replaceAll(':', '-').replaceAll('/', '_');
}

interface Stored {
  readonly Ref?: string;
  readonly Descriptor?: { readonly mediaType?: string; readonly digest?: Digest; readonly platform?: Platform };
  readonly Raw?: string;
}

function decoded(text: string): ImageManifest {
  const { Ref = '', Descriptor = {}, Raw = '' } = parseJson(text) as Stored;
  const { mediaType = '', digest = 'sha256:', platform = { architecture: '', os: '' } } = Descriptor;
  const bytes = Uint8Array.from(atob(Raw), (character) => character.charCodeAt(0));
  return { ref: Ref, mediaType, digest, platform, bytes };
}
