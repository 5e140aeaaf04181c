// Sends to one registry (OCI distribution spec, "Push"): blobs whole or in pieces, taken up again where they broke off, and
// manifests. Every piece is held until the registry has it, so that it can be sent again; browsers cannot stream bodies anyway.
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import { createDigestStream, digestOf } from '../blob/sha256.ts';
import { RegistryError } from './registry-error.ts';
import type { RegistryTransport } from './registry-transport.ts';
import { joinBytes } from '../../shared/join-bytes.ts';

/** Of one request; a blob that fits is sent in one. */
const PIECE_BYTES = 4 * 1024 * 1024;
const RESUME_ATTEMPTS = 3;
const OCTETS = 'application/octet-stream';

export interface SentBlob {
  readonly digest: Digest;
  readonly bytes: number;
}

/** An upload that the registry has opened: where its next piece goes. */
interface Session {
  at: URL;
  sent: number;
}

/** For one repository. */
export class RegistryUpload {
  readonly #transport: RegistryTransport;
  readonly #repository: string;
  readonly #signal: AbortSignal;

  constructor(transport: RegistryTransport, repository: string, signal: AbortSignal) {
    this.#transport = transport;
    this.#repository = repository;
    this.#signal = signal;
  }

  /** @returns its size in bytes, undefined when the repository has no such blob */
  async stat(digest: Digest): Promise<number | undefined> {
    const request = { method: 'HEAD', signal: this.#signal, accept: [404] };
    const response = await this.#transport.send(`${this.#repository}/blobs/${digest}`, request);
    await response.body?.cancel();
    return response.status === 404 ? undefined : Number(response.headers.get('content-length') ?? 0);
  }

  /**
   * Takes over a blob from another repository of this registry, without its bytes.
   * @returns whether it did; when not, the upload that it offered instead is given up
   */
  async mount(digest: Digest, from: string): Promise<boolean> {
    const query = new URLSearchParams({ mount: digest, from });
    const response = await this.#transport.send(`${this.#repository}/blobs/uploads/?${query}`, {
      method: 'POST',
      signal: this.#signal,
    });
    await response.body?.cancel();
    if (response.status === 201) return true;
    const at = this.#locationOf(response);
    await this.#transport.send(at, { method: 'DELETE', signal: this.#signal, accept: [404, 405] }).then(
      (answer) => answer.body?.cancel(),
      () => undefined,
    );
    return false;
  }

  /** @throws RegistryError when it is refused; DrydockError `unavailable` when the connection breaks again and again */
  async send(chunks: AsyncIterable<Uint8Array>): Promise<SentBlob> {
    const session = await this.#open();
    const hash = await createDigestStream();
    let bytes = 0;
    let held: Uint8Array[] = [];
    let heldBytes = 0;
    for await (const chunk of chunks) {
      hash.update(chunk);
      held.push(chunk);
      heldBytes += chunk.length;
      bytes += chunk.length;
      if (heldBytes < PIECE_BYTES) continue;
      await this.#sendPiece(session, joinBytes(held));
      [held, heldBytes] = [[], 0];
    }
    const digest = hash.digest();
    // What is left goes with the end; a blob that is small is sent so as a whole.
    await this.#finish(session, digest, joinBytes(held));
    return { digest, bytes };
  }

  /** @returns the digest under which the registry has it now */
  async putManifest(tag: string, mediaType: string, bytes: Uint8Array): Promise<Digest> {
    const response = await this.#transport.send(`${this.#repository}/manifests/${tag}`, {
      method: 'PUT',
      headers: { 'Content-Type': mediaType },
      body: bytes,
      signal: this.#signal,
    });
    await response.body?.cancel();
    return digestOf(bytes);
  }

  async #open(): Promise<Session> {
    const response = await this.#transport.send(`${this.#repository}/blobs/uploads/`, {
      method: 'POST',
      signal: this.#signal,
      accept: [404, 405, 501],
    });
    await response.body?.cancel();
    if (!response.ok) throw readOnly(response);
    return { at: this.#locationOf(response), sent: 0 };
  }

  async #sendPiece(session: Session, piece: Uint8Array): Promise<void> {
    let left = piece;
    for (let attempt = 1; left.length > 0; attempt++) {
      const end = session.sent + left.length - 1;
      try {
        const response = await this.#transport.send(session.at, {
          method: 'PATCH',
          headers: { 'Content-Type': OCTETS, 'Content-Range': `${session.sent}-${end}` },
          body: left,
          signal: this.#signal,
        });
        await response.body?.cancel();
        session.at = this.#locationOf(response);
        session.sent = end + 1;
        return;
      } catch (error) {
        if (this.#signal.aborted || attempt === RESUME_ATTEMPTS || !mayGoOn(error)) throw error;
        left = left.subarray((await this.#received(session)) - session.sent);
        session.sent = end + 1 - left.length;
      }
    }
  }

  /** Asks how much of the upload has arrived. */
  async #received(session: Session): Promise<number> {
    const response = await this.#transport.send(session.at, { signal: this.#signal });
    await response.body?.cancel();
    session.at = this.#locationOf(response);
    const [, last] = /^(?:bytes=)?0-(\d+)$/.exec(response.headers.get('range') ?? '') ?? [];
    // The specification has no way to say "nothing", and registries say 0-0 for it.
    const bytes = last === undefined || last === '0' ? 0 : Number(last) + 1;
    if (bytes >= session.sent) return bytes;
    throw new DrydockError(
      'unavailable',
      `Cannot go on with an upload: the registry lost ${session.sent - bytes} bytes`,
    );
  }

  async #finish(session: Session, digest: Digest, rest: Uint8Array): Promise<void> {
    const at = new URL(session.at);
    at.searchParams.set('digest', digest);
    const range: Record<string, string> =
      session.sent === 0 || rest.length === 0
        ? {}
        : { 'Content-Range': `${session.sent}-${session.sent + rest.length - 1}` };
    const response = await this.#transport.send(at, {
      method: 'PUT',
      headers: { 'Content-Type': OCTETS, ...range },
      body: rest,
      signal: this.#signal,
    });
    await response.body?.cancel();
  }

  #locationOf(response: Response): URL {
    const location = response.headers.get('location') ?? '';
    const base = response.url === '' ? this.#transport.url('') : new URL(response.url);
    if (location !== '' && URL.canParse(location, base)) return new URL(location, base);
    throw new DrydockError('unavailable', `Cannot push to ${base.host}: it does not say where to (Location)`);
  }
}

/** A tree of static files knows no uploads: there is nothing to ask again. */
function readOnly({ status, url }: Response): RegistryError {
  const detail = 'requested access to the resource is denied';
  return new RegistryError({ registryCode: 'DENIED', detail, request: `POST ${url}`, status });
}

function mayGoOn(error: unknown): boolean {
  return error instanceof RegistryError ? error.retryable : isDrydockError(error, 'unavailable');
}
