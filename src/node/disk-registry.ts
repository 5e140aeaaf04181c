// The static /v2/ tree without a server: in Node, requests for it are answered from the disk.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import { Readable } from 'node:stream';

/** `.invalid` can never be a real host (RFC 2606). */
export const DISK_REGISTRY = new URL('http://images.drydock.invalid/v2/');

/** A `fetch` that reads DISK_REGISTRY's files below `directory`, and leaves every other request to `otherwise`. */
export function diskRegistryFetch(directory: string, otherwise: typeof fetch): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    return url.host === DISK_REGISTRY.host ? answerFromDisk(directory, url, request) : otherwise(input, init);
  };
}

async function answerFromDisk(directory: string, url: URL, request: Request): Promise<Response> {
  const path = normalize(join(directory, decodeURIComponent(url.pathname)));
  if (!path.startsWith(directory + sep)) return new Response(null, { status: 404 });
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || !info.isFile()) return new Response(null, { status: 404 });
  const headers = { 'content-length': String(info.size) };
  if (request.method === 'HEAD') return new Response(null, { headers });
  return new Response(Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>, { headers });
}
