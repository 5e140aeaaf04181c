// Requests to one registry: who we are, when asked; again, when it says later (OCI distribution spec; RFC 9110, Retry-After).
import { DrydockError } from '../../contracts/errors.ts';
import { answerChallenge, parseChallenge } from './authorization.ts';
import type { Credentials } from './authorization.ts';
import type { Endpoint } from './endpoint.ts';
import { readStart } from './read-body.ts';
import { MAX_ERROR_BODY_BYTES, registryError } from './registry-error.ts';
import { retryAfterMs } from './retry-after.ts';
import { refusedToken } from './refused-token.ts';

/** Requests that are turned away for now are made this often in all. */
const ATTEMPTS = 4;

export interface TransportOptions {
  readonly endpoint: Endpoint;
  readonly fetch: typeof fetch;
  readonly credentials?: Credentials | undefined;
  /** Said when the registry cannot be reached, with what to do about it. */
  readonly advice?: string;
}

const ADVICE = 'Check the name and the network.';

export interface RegistryRequest {
  /** GET by default. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whole, so that it can be sent again. */
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
  /** Statuses that the caller judges itself. */
  readonly accept?: readonly number[] | 'every';
}

/** Rejects with `unavailable` when the registry cannot be reached, `cancelled` when `signal` aborts, RegistryError otherwise. */
export class RegistryTransport {
  #endpoint: Endpoint;
  readonly #fetch: typeof fetch;
  readonly #credentials: Credentials | undefined;
  readonly #advice: string;
  /** The answer to the last challenge; a transport is used for one repository. */
  #authorization: string | undefined;
  #answered = false;

  constructor({ endpoint, fetch, credentials, advice = ADVICE }: TransportOptions) {
    this.#endpoint = endpoint;
    this.#fetch = fetch;
    this.#credentials = credentials;
    this.#advice = advice;
    if (credentials?.registryToken) this.#authorization = `Bearer ${credentials.registryToken}`;
  }

  get domain(): string {
    return this.#endpoint.domain;
  }

  /** Where `/v2/` is. */
  get base(): URL {
    return this.#endpoint.base;
  }

  get title(): string {
    return this.#endpoint.title;
  }

  url(path: string): URL {
    return new URL(path, this.#endpoint.base);
  }

  /** Looks whether anybody is there, whatever they answer. */
  async ping(signal: AbortSignal): Promise<void> {
    const response = await this.#fetched(this.#endpoint.base, {}, signal);
    await response.body?.cancel();
  }

  /** @param at a path below `/v2/`, or where the registry sent us */
  async send(at: string | URL, request: RegistryRequest = {}): Promise<Response> {
    const { method = 'GET', signal, accept = [] } = request;
    const url = typeof at === 'string' ? this.url(at) : at;
    for (let attempt = 1; ; attempt++) {
      const response = await this.#authorized(url, request);
      if (response.ok || accept === 'every' || accept.includes(response.status)) return response;
      const waitMs = attempt < ATTEMPTS ? retryAfterMs(response, attempt) : undefined;
      if (waitMs === undefined) {
        const refusal = refusedToken(response, `${method} ${url}`);
        throw (
          refusal ?? registryError(`${method} ${url}`, response.status, await readStart(response, MAX_ERROR_BODY_BYTES))
        );
      }
      await response.body?.cancel();
      await pause(waitMs, signal);
    }
  }

  async #authorized(url: URL, request: RegistryRequest): Promise<Response> {
    const response = await this.#once(url, request);
    const challenge =
      response.status === 401 ? parseChallenge(response.headers.get('www-authenticate') ?? '') : undefined;
    if (challenge === undefined) return response;
    const refused = this.#authorization;
    const answer = await answerChallenge(challenge, this.#credentials, (at, init) =>
      this.#fetched(at, init, request.signal),
    );
    this.#authorization = answer;
    // The same answer would be refused again: what the registry said of it counts.
    if (answer === refused) return response;
    await response.body?.cancel();
    return this.#once(url, request);
  }

  #once(url: URL, { method = 'GET', headers = {}, body, signal }: RegistryRequest): Promise<Response> {
    // Where an upload was sent to elsewhere, our credentials have no business.
    const isOurs = url.origin === this.#endpoint.base.origin;
    const authorization = isOurs && this.#authorization !== undefined ? { Authorization: this.#authorization } : {};
    const init: RequestInit = { method, headers: { ...headers, ...authorization } };
    // Never in shared memory, which is all that the type leaves open.
    if (body !== undefined) init.body = body as Uint8Array<ArrayBuffer>;
    return this.#fetched(url, init, signal);
  }

  async #fetched(url: URL, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
    const send = this.#fetch;
    try {
      const response = await send(url, signal === undefined ? init : { ...init, signal });
      this.#answered ||= url.origin === this.#endpoint.base.origin;
      return response;
    } catch (cause) {
      if (signal?.aborted) throw cancelled(cause);
      const plain = this.#withoutTls(url);
      if (plain !== undefined) return this.#fetched(plain, init, signal);
      const reason = cause instanceof Error ? causeText(cause) : String(cause);
      throw new DrydockError(
        'unavailable',
        `Cannot reach registry ${this.#endpoint.title}: ${init.method ?? 'GET'} ${url} failed: ${reason}. ${this.#advice}`,
        { cause },
      );
    }
  }

  /**
   * The same place without TLS, of a registry that is trusted without: it is spoken to like this from now on. Undefined once
   * somebody answered with TLS.
   */
  #withoutTls(url: URL): URL | undefined {
    const { withoutTls, ...endpoint } = this.#endpoint;
    if (withoutTls === undefined || this.#answered || url.origin !== endpoint.base.origin) return undefined;
    this.#endpoint = { ...endpoint, base: withoutTls };
    return new URL(`${url.pathname}${url.search}`, withoutTls);
  }
}

export function cancelled(cause: unknown): DrydockError {
  return new DrydockError('cancelled', 'context canceled', { cause });
}

function causeText(error: Error): string {
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

/** @throws DrydockError `cancelled` */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const giveUp = (): void => {
      clearTimeout(timer);
      reject(cancelled(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    }, ms);
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener('abort', giveUp, { once: true });
  });
}
