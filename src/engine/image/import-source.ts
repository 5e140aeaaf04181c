// Where `docker import` gets its tar: the request's body, or an address that the engine reads (moby:
// api/server/router/image/image_routes.go, builder/remotecontext/remote.go).
import { DrydockError } from '../../contracts/errors.ts';
import type { ErrorCode } from '../../contracts/errors.ts';
import { bodyChunks, readStart } from '../registry/read-body.ts';
import { progressOf } from './pull-message.ts';
import type { PullStep } from './pull-message.ts';

const MAX_ERROR_BYTES = 4096;
const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid-argument',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
};

export interface ImportSource {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  report(step: PullStep | { readonly status: string }): void;
}

/** @param address without a scheme it is `http://` */
export async function* downloadTar(
  address: string,
  { fetch, signal, report }: ImportSource,
): AsyncGenerator<Uint8Array, void, undefined> {
  const text = address.includes('://') ? address : `http://${address}`;
  if (!URL.canParse(text)) throw new DrydockError('invalid-argument', `parse "${text}": invalid URL`);
  const response = await get(text, fetch, signal);
  report({ status: `Downloading from ${text}` });
  const total = Number(response.headers.get('content-length') ?? 0);
  const onProgress = progressOf('Importing', total, report);
  let bytes = 0;
  for await (const chunk of bodyChunks(response)) {
    yield chunk;
    bytes += chunk.length;
    onProgress(bytes);
  }
}

async function get(address: string, send: typeof fetch, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await send(address, { signal });
  } catch (cause) {
    if (signal.aborted) throw cause;
    const error = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DrydockError('unavailable', `Get "${address}": ${reason}`, { cause });
  }
  if (response.status < 400) return response;
  const body = (await readStart(response, MAX_ERROR_BYTES)).trim();
  const status = `${response.status} ${response.statusText}`.trim();
  const message = `failed to GET ${address} with status ${status}: ${body}`;
  throw new DrydockError(CODES[response.status] ?? 'unavailable', message);
}
