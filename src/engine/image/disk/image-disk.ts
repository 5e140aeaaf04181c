// Writes what the image store knows to the guest's disk, in an order in which a crash half way leaves nothing referenced
// that is not whole: layers from the bottom up, then the config, then the names; removals the other way round.
import { z } from 'zod';
import type { Digest } from '../../../contracts/blob-store.ts';
import { isDrydockError } from '../../../contracts/errors.ts';
import type { HostFiles } from '../../../contracts/runtime.ts';
import { isDigest } from '../../blob/sha256.ts';
import { replaceFile } from '../../replace-file.ts';
import { rfc3339Nano } from '../../timestamp.ts';
import type { ImageLayer } from '../image.ts';
import { hexOf, ImagePaths, linkOf } from './image-paths.ts';

const utf8 = new TextEncoder();
const originRecords = z.array(z.looseObject({ Digest: z.string(), SourceRepository: z.string() }));
/** As dockerd. */
const MAX_ORIGINS = 50;

/** Where a layer came from: pushes and later pulls of the same layer ask (dockerd's distribution metadata). */
export interface LayerOrigin {
  readonly diffId: Digest;
  /** Digest of the blob as the registry has it. */
  readonly digest: Digest;
  /** `docker.io/library/busybox`. */
  readonly repository: string;
}

export interface NewLayer {
  readonly layer: ImageLayer;
  /** What it stands on, bottom first. */
  readonly below: readonly ImageLayer[];
}

export class ImageDisk {
  readonly paths: ImagePaths;
  readonly #files: HostFiles;

  constructor(files: HostFiles, dataRoot: string) {
    this.#files = files;
    this.paths = new ImagePaths(dataRoot);
  }

  get files(): HostFiles {
    return this.#files;
  }

  /** @param layers bottom first */
  async writeLayers(layers: readonly NewLayer[]): Promise<void> {
    await this.#makeDirectories();
    await Promise.all(layers.map((layer) => this.#writeLayer(layer)));
    for (const { layer } of layers) {
      const target = `${this.paths.layers}/${hexOf(layer.chainId)}`;
      // What an earlier, damaged entry left behind stands in the way of a rename.
      await this.#files.remove(target);
      await this.#files.rename(`${this.paths.newLayers}/${hexOf(layer.chainId)}`, target);
    }
  }

  writeConfig(id: Digest, config: Uint8Array): Promise<void> {
    return replaceFile(this.#files, `${this.paths.configs}/${hexOf(id)}`, config);
  }

  /** The config's bytes as they came. @throws DrydockError `guest` */
  readConfig(id: Digest): Promise<Uint8Array> {
    return this.#files.read(`${this.paths.configs}/${hexOf(id)}`);
  }

  /** Before the config: an image that is there knows its parent. */
  async writeParent(id: Digest, parent: Digest): Promise<void> {
    const directory = `${this.paths.metadata}/${hexOf(id)}`;
    await this.#makeDirectories();
    await this.#files.mkdir(directory, 0o700);
    await replaceFile(this.#files, `${directory}/parent`, parent);
  }

  async writeLastTagged(id: Digest, atMs: number): Promise<void> {
    const directory = `${this.paths.metadata}/${hexOf(id)}`;
    await this.#files.mkdir(directory, 0o700);
    await replaceFile(this.#files, `${directory}/lastUpdated`, rfc3339Nano(atMs));
  }

  async writeRepositories(names: ReadonlyMap<string, ReadonlyMap<string, Digest>>): Promise<void> {
    await this.#makeDirectories();
    const Repositories = Object.fromEntries([...names].map(([name, own]) => [name, Object.fromEntries(own)]));
    await replaceFile(this.#files, this.paths.repositories, JSON.stringify({ Repositories }));
  }

  async writeOrigins(origins: readonly LayerOrigin[]): Promise<void> {
    const [byDigest, byDiffId] = ['diffid-by-digest', 'v2metadata-by-diffid'].map(
      (name) => `${this.paths.distribution}/${name}/sha256`,
    );
    await Promise.all([byDigest, byDiffId].map((path) => this.#files.mkdir(path ?? '', 0o700)));
    await Promise.all(
      origins.map(async ({ diffId, digest, repository }) => {
        const known = (await this.origins(diffId)).filter(
          (one) => one.digest !== digest || one.repository !== repository,
        );
        const all = [...known, { diffId, digest, repository }].slice(-MAX_ORIGINS);
        const records = all.map((one) => ({ Digest: one.digest, SourceRepository: one.repository, HMAC: '' }));
        await Promise.all([
          replaceFile(this.#files, `${byDigest}/${hexOf(digest)}`, diffId, 0o644),
          replaceFile(this.#files, `${byDiffId}/${hexOf(diffId)}`, JSON.stringify(records), 0o644),
        ]);
      }),
    );
  }

  /** Where a layer came from or was sent to, oldest first. */
  async origins(diffId: Digest): Promise<LayerOrigin[]> {
    const path = `${this.paths.distribution}/v2metadata-by-diffid/sha256/${hexOf(diffId)}`;
    try {
      const records = originRecords.parse(JSON.parse(new TextDecoder().decode(await this.#files.read(path))));
      return records.flatMap(({ Digest: digest, SourceRepository: repository }) =>
        isDigest(digest) ? [{ diffId, digest, repository }] : [],
      );
    } catch {
      // It only saves work: without it, or damaged, a push sends what it could have left out.
      return [];
    }
  }

  /** The image is gone, but what containers stand on must be known after a restart. */
  async retire(id: Digest): Promise<void> {
    await this.#files.mkdir(this.paths.retired, 0o700);
    await this.#files.rename(`${this.paths.configs}/${hexOf(id)}`, `${this.paths.retired}/${hexOf(id)}`);
    await this.#files.remove(`${this.paths.metadata}/${hexOf(id)}`);
  }

  removeRetired(id: Digest): Promise<void> {
    return this.#files.remove(`${this.paths.retired}/${hexOf(id)}`);
  }

  /** Forgets the layer; its directory below overlay2 is the runtime's to remove. */
  async removeLayer(chainId: Digest, overlayId: string): Promise<void> {
    await Promise.all([
      this.#files.remove(`${this.paths.layers}/${hexOf(chainId)}`),
      this.#files.remove(`${this.paths.links}/${linkOf(overlayId)}`),
    ]);
  }

  async #writeLayer({ layer, below }: NewLayer): Promise<void> {
    const home = `${this.paths.overlay2}/${layer.overlayId}`;
    const entry = `${this.paths.newLayers}/${hexOf(layer.chainId)}`;
    const link = linkOf(layer.overlayId);
    const parent = below.at(-1);
    const write = (path: string, text: string, mode: number): Promise<void> =>
      this.#files.write(path, utf8.encode(text), { mode });
    const own: Readonly<Record<string, string>> = {
      diff: layer.diffId,
      size: String(layer.sizeBytes),
      'cache-id': layer.overlayId,
      ...(parent !== undefined && { parent: parent.chainId }),
      erofs: layer.erofs,
      'tar-recipe': layer.recipe,
    };
    await Promise.all([this.#files.mkdir(`${home}/diff`, 0o755), this.#files.mkdir(entry, 0o755)]);
    await Promise.all([
      write(`${home}/link`, link, 0o644),
      write(`${home}/committed`, '', 0o600),
      this.#link(`../${layer.overlayId}/diff`, `${this.paths.links}/${link}`),
      ...(parent === undefined
        ? []
        : [
            write(
              `${home}/lower`,
              below
                .map(({ overlayId }) => `l/${linkOf(overlayId)}`)
                .reverse()
                .join(':'),
              0o644,
            ),
            this.#files.mkdir(`${home}/work`, 0o700),
          ]),
      ...Object.entries(own).map(([name, text]) => write(`${entry}/${name}`, text, 0o644)),
    ]);
  }

  async #link(target: string, path: string): Promise<void> {
    try {
      await this.#files.symlink(target, path);
    } catch (error) {
      if (!isDrydockError(error, 'guest')) throw error;
      await this.#files.remove(path);
      await this.#files.symlink(target, path);
    }
  }

  async #makeDirectories(): Promise<void> {
    await Promise.all(this.paths.directories().map(([path, mode]) => this.#files.mkdir(path, mode)));
  }
}
