// The built guest over HTTP, from any static host: whole files with progress, the root image in small compressed pieces.
import { DrydockError } from '../contracts/errors.ts';
import { guestJsonSchema } from '../contracts/guest-json.ts';
import type { GuestJson } from '../contracts/guest-json.ts';
import type { GuestFiles } from '../contracts/machine.ts';
import { joinBytes } from '../shared/join-bytes.ts';

/** Beside its own page cache the guest asks for a piece several times, a few KiB at a time. */
const KEPT_CHUNKS = 16;

export class FetchedGuestFiles implements GuestFiles {
  readonly #base: URL;
  readonly #get: (url: URL) => Promise<Response>;
  #description: Promise<GuestJson> | undefined;
  readonly #chunks = new Map<number, Promise<Uint8Array>>();

  /**
   * @param base the folder of guest.json, with a trailing slash
   * @param get as `fetch`; it may know of downloads that are under way
   */
  constructor(base: URL, get: (url: URL) => Promise<Response>) {
    this.#base = base;
    this.#get = get;
  }

  async load(name: string, onProgress?: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
    const response = await this.#fetch(name);
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const piece of response.body ?? []) {
        pieces.push(piece);
        bytes += piece.length;
        onProgress?.(bytes);
      }
    } catch (cause) {
      throw interrupted(name, cause);
    }
    return joinBytes(pieces);
  }

  async readRoot(offset: number, length: number): Promise<Uint8Array> {
    const { root } = await this.#describe();
    const end = Math.min(offset + length, root.bytes);
    const first = Math.floor(offset / root.chunkBytes);
    const count = Math.max(0, Math.ceil(end / root.chunkBytes) - first);
    const chunks = await Promise.all(Array.from({ length: count }, (_, index) => this.#chunk(root, first + index)));
    const [only] = chunks;
    const start = offset - first * root.chunkBytes;
    if (only !== undefined && chunks.length === 1) return only.subarray(start, end - first * root.chunkBytes);
    return joinBytes(chunks).subarray(start, end - first * root.chunkBytes);
  }

  #describe(): Promise<GuestJson> {
    this.#description ??= this.load('guest.json').then((bytes) =>
      guestJsonSchema.parse(JSON.parse(new TextDecoder().decode(bytes))),
    );
    return this.#description;
  }

  #chunk(root: GuestJson['root'], index: number): Promise<Uint8Array> {
    const known = this.#chunks.get(index);
    if (known !== undefined) return known;
    const name = root.chunks[index];
    if (name === undefined) {
      throw new DrydockError('data-loss', `Cannot read piece ${index} of the root image: it has ${root.chunks.length}`);
    }
    const chunk = this.#inflate(name);
    // A failed request must be tried again, not remembered.
    chunk.catch(() => this.#chunks.delete(index));
    this.#chunks.set(index, chunk);
    const [oldest] = this.#chunks.keys();
    if (this.#chunks.size > KEPT_CHUNKS && oldest !== undefined) this.#chunks.delete(oldest);
    return chunk;
  }

  async #inflate(name: string): Promise<Uint8Array> {
    const { body } = await this.#fetch(name);
    if (body === null) throw interrupted(name, 'an empty answer');
    try {
      return new Uint8Array(await new Response(body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
    } catch (cause) {
      throw interrupted(name, cause);
    }
  }

  async #fetch(name: string): Promise<Response> {
    const url = new URL(name, this.#base);
    const response = await this.#get(url).catch((cause: unknown) => {
      throw new DrydockError('unavailable', `Cannot download "${name}": the network gave no answer`, { cause });
    });
    if (response.ok) return response;
    throw new DrydockError(
      'unavailable',
      `Cannot download "${name}": ${url.href} answered ${response.status}. If this is your own copy of Drydock, run "npm run guest" to build it`,
    );
  }
}

function interrupted(name: string, cause: unknown): DrydockError {
  return new DrydockError('unavailable', `Cannot download "${name}": the connection broke off`, { cause });
}
