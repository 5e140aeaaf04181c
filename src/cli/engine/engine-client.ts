// Speaks to the Engine API door: paths, queries, JSON, and Docker's words when the daemon refuses.
import type { EngineDoor, UpgradedConnection } from '../../contracts/engine-api.ts';
import { API_VERSION } from '../../contracts/engine-api.ts';

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface EngineRequestOptions {
  readonly query?: Query;
  readonly body?: unknown;
  /** Instead of `body`: sent as it comes. */
  readonly content?: ReadableStream<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the client's own: ends this request only. */
  readonly signal?: AbortSignal;
}

/** The daemon said no. `status` is HTTP's. */
export class EngineError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'EngineError';
    this.status = status;
  }
}

/** The daemon did not answer at all. */
export class EngineUnreachable extends Error {
  override readonly name = 'EngineUnreachable';
}

export function isNotFound(error: unknown): boolean {
  return error instanceof EngineError && error.status === 404;
}

export class EngineClient {
  readonly #door: EngineDoor;
  readonly #host: string;
  readonly signal: AbortSignal;

  /** @param host how messages call the daemon @param signal aborts every request */
  constructor(door: EngineDoor, host: string, signal: AbortSignal) {
    this.#door = door;
    this.#host = host;
    this.signal = signal;
  }

  /** @throws EngineError when the daemon refuses, EngineUnreachable when there is none */
  async request(method: string, path: string, options: EngineRequestOptions = {}): Promise<Response> {
    const response = await this.#reach(() => this.#door.fetch(this.#build(method, path, options)));
    if (response.status >= 400) throw await refusal(response);
    return response;
  }

  async json<T>(method: string, path: string, options: EngineRequestOptions = {}): Promise<T> {
    const response = await this.request(method, path, options);
    return (await response.json()) as T;
  }

  /** A request whose answer does not matter beyond its status. */
  async send(method: string, path: string, options: EngineRequestOptions = {}): Promise<void> {
    const response = await this.request(method, path, options);
    await response.body?.cancel();
  }

  /** Takes over the connection: attach and exec. */
  async upgrade(path: string, options: EngineRequestOptions = {}): Promise<UpgradedConnection> {
    const headers = { connection: 'Upgrade', upgrade: 'tcp', ...options.headers };
    const answer = await this.#reach(() => this.#door.upgrade(this.#build('POST', path, { ...options, headers })));
    if ('stream' in answer) return answer;
    throw await refusal(answer);
  }

  #build(method: string, path: string, options: EngineRequestOptions): Request {
    const { query = {}, body, content, headers = {}, signal } = options;
    const search = new URLSearchParams();
    // Docker's client sorts its queries, too; tests compare them.
    for (const [name, value] of Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1))) {
      for (const one of typeof value === 'string' ? [value] : (value ?? [])) search.append(name, one);
    }
    const text = search.toString();
    return new Request(`http://docker/v${API_VERSION}${path}${text === '' ? '' : `?${text}`}`, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(content === undefined ? {} : streamed(content)),
      signal: signal === undefined ? this.signal : AbortSignal.any([this.signal, signal]),
    });
  }

  async #reach<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (this.signal.aborted || (error instanceof Error && error.name === 'AbortError')) throw error;
      throw new EngineUnreachable(
        `Cannot connect to the Docker daemon at ${this.#host}. Is the docker daemon running?`,
        {
          cause: error,
        },
      );
    }
  }
}

// The library's type of a request does not know `duplex` yet, which the standard demands with a stream.
function streamed(content: ReadableStream<Uint8Array>): RequestInit {
  return { body: content as ReadableStream<Uint8Array<ArrayBuffer>>, duplex: 'half' } as RequestInit;
}

async function refusal(response: Response): Promise<EngineError> {
  const text = (await response.text()).trim();
  let message = text;
  if (response.headers.get('content-type')?.startsWith('application/json') === true) {
    try {
      message = (JSON.parse(text) as { message?: string }).message?.trim() ?? '';
    } catch {
      return new EngineError(response.status, `Error reading JSON: ${text}`);
    }
    if (message === '') {
      const status = `${response.status} (${response.statusText})`;
      message = `API returned a ${status} but provided no error-message`;
    }
  }
  return new EngineError(response.status, `Error response from daemon: ${message}`);
}

/** A container's or image's name in a path. @throws Error for an empty one, in Docker's words */
export function pathId(kind: 'container' | 'image' | 'network' | 'volume' | 'exec', id: string): string {
  const trimmed = id.trim();
  if (trimmed === '') throw new Error(`invalid ${kind} name or ID: value is empty`);
  // Docker's client leaves the slashes of image names as they are.
  return trimmed.split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':').replaceAll('%40', '@');
}
