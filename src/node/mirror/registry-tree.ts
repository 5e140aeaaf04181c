// A registry of plain files, as static hosts serve it, that grows while it may be being served: each file appears whole, and
// the caller puts a file that names others after them.
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobWriter, Digest } from '../../contracts/blob-store.ts';
import { isDigest } from '../../engine/blob/sha256.ts';
import { FileBlobWriter } from '../file-blob-store.ts';

/** Hidden, so that no host serves it. */
const UNFINISHED = '.unfinished';

export class RegistryTree {
  readonly #directory: string;
  readonly #unfinished: string;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#unfinished = join(directory, UNFINISHED);
  }

  /**
   * Removes what an earlier process left half-written. Not for two processes at once.
   * @param directory `v2/`; made when it is not there
   */
  static async open(directory: string): Promise<RegistryTree> {
    const tree = new RegistryTree(directory);
    await tree.close();
    await mkdir(tree.#unfinished, { recursive: true });
    return tree;
  }

  async close(): Promise<void> {
    await rm(this.#unfinished, { recursive: true, force: true });
  }

  /** Whether the blob is here, and has that digest. */
  async hasBlob(repository: string, digest: Digest): Promise<boolean> {
    const hash = createHash('sha256');
    try {
      for await (const chunk of createReadStream(this.#blobPath(repository, digest))) hash.update(chunk as Buffer);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    }
    return `sha256:${hash.digest('hex')}` === digest;
  }

  /** Starts a blob, which its `commit` puts into the repository. */
  async createBlob(repository: string): Promise<BlobWriter> {
    await mkdir(join(this.#directory, repository, 'blobs'), { recursive: true });
    const path = join(this.#unfinished, randomUUID());
    return new FileBlobWriter(path, await open(path, 'wx'), (digest) => this.#blobPath(repository, digest));
  }

  /** @param reference a tag, or the bytes' digest; what that tag named before stays there by its digest */
  async putManifest(repository: string, reference: string, bytes: Uint8Array): Promise<void> {
    await this.#put(join(repository, 'manifests', reference), bytes);
  }

  /** Lists the tags that there are. */
  async listTags(repository: string): Promise<void> {
    const names = await readdir(join(this.#directory, repository, 'manifests'));
    const tags = names.filter((name) => !isDigest(name)).sort();
    await this.#put(join(repository, 'tags/list'), JSON.stringify({ name: repository, tags }));
  }

  async #put(path: string, content: string | Uint8Array): Promise<void> {
    const unfinished = join(this.#unfinished, randomUUID());
    await writeFile(unfinished, content, { flush: true });
    const target = join(this.#directory, path);
    await mkdir(dirname(target), { recursive: true });
    await rename(unfinished, target);
  }

  #blobPath(repository: string, digest: Digest): string {
    return join(this.#directory, repository, 'blobs', digest);
  }
}
