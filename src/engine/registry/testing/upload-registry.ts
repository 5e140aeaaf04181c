// A registry in memory that takes uploads, for tests: the part of the distribution specification that `push` speaks, with
// faults on demand.
import type { Digest } from '../../../contracts/blob-store.ts';
import { digestOf } from '../../blob/sha256.ts';
import { concatBytes } from '../../layer/testing/tar-archive.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export class UploadRegistry {
  /** `repository@digest`. */
  readonly blobs = new Map<string, Bytes>();
  /** `repository:tag`. */
  readonly manifests = new Map<string, Bytes>();
  /** `POST team/app/blobs/uploads/`, in order. */
  readonly requests: string[] = [];
  /** Runs before each answer; may answer itself or throw. Bytes of the body may be taken by `take`. */
  intercept: ((line: string, request: Request) => Promise<Response | undefined> | Response | undefined) | undefined;
  readonly #uploads = new Map<string, Bytes>();

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const path = url.pathname.replace(/^\/v2\//, '');
    const line = `${request.method} ${path}`;
    this.requests.push(line);
    const intercepted = await this.intercept?.(line, request);
    request.signal.throwIfAborted();
    return intercepted ?? this.#answer(path, url.searchParams, request);
  };

  /** Adds to an upload, as a piece does that arrives although its answer is lost. */
  take(id: string, bytes: Bytes): void {
    this.#uploads.set(id, concatBytes([this.#uploads.get(id) ?? new Uint8Array(0), bytes]));
  }

  async #answer(path: string, query: URLSearchParams, request: Request): Promise<Response> {
    if (path === '') return new Response('{}');
    const body = new Uint8Array(await request.arrayBuffer());
    const [, repository = '', id] = /^(.*)\/blobs\/uploads\/(.*)$/.exec(path) ?? [];
    if (id === '') return this.#open(repository, query);
    if (id !== undefined) return this.#upload(repository, id, query, request, body);
    const [, name = '', kind, reference = ''] = /^(.*)\/(blobs|manifests)\/([^/]+)$/.exec(path) ?? [];
    if (kind === 'manifests' && request.method === 'PUT') {
      this.manifests.set(`${name}:${reference}`, body);
      return new Response(null, { status: 201 });
    }
    const found =
      kind === 'blobs' ? this.blobs.get(`${name}@${reference}`) : this.manifests.get(`${name}:${reference}`);
    if (found === undefined) return refusal(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
    return new Response(request.method === 'HEAD' ? null : found, {
      headers: { 'content-length': String(found.length) },
    });
  }

  #open(repository: string, query: URLSearchParams): Response {
    const mount = query.get('mount');
    const source = this.blobs.get(`${query.get('from') ?? ''}@${mount ?? ''}`);
    if (mount !== null && source !== undefined) {
      this.blobs.set(`${repository}@${mount}`, source);
      return new Response(null, { status: 201 });
    }
    const id = `upload-${this.#uploads.size}`;
    this.#uploads.set(id, new Uint8Array(0));
    return new Response(null, { status: 202, headers: { location: `/v2/${repository}/blobs/uploads/${id}?state=0` } });
  }

  async #upload(
    repository: string,
    id: string,
    query: URLSearchParams,
    request: Request,
    body: Bytes,
  ): Promise<Response> {
    const here = this.#uploads.get(id);
    if (here === undefined) return refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'upload unknown to registry');
    if (request.method === 'DELETE') {
      this.#uploads.delete(id);
      return new Response(null, { status: 204 });
    }
    const range = request.headers.get('content-range');
    if (range !== null && !range.startsWith(`${here.length}-`))
      return refusal(416, 'SIZE_INVALID', `at ${here.length}`);
    this.take(id, body);
    const whole = this.#uploads.get(id) ?? body;
    const last = Math.max(0, whole.length - 1);
    const headers = { location: `/v2/${repository}/blobs/uploads/${id}?state=${whole.length}`, range: `0-${last}` };
    if (request.method === 'GET') return new Response(null, { status: 204, headers });
    if (request.method === 'PATCH') return new Response(null, { status: 202, headers });
    const digest = query.get('digest') as Digest;
    if ((await digestOf(whole)) !== digest) return refusal(400, 'DIGEST_INVALID', 'digest did not match');
    this.blobs.set(`${repository}@${digest}`, whole);
    this.#uploads.delete(id);
    return new Response(null, { status: 201 });
  }
}

export function refusal(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ errors: [{ code, message }] }), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
}
