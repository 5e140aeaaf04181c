// The static /v2/ tree without a server: in Node, requests for it are answered from the disk.
import { stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fileStream } from './file-stream.ts';

export interface DiskRegistry {
  /** Reads the tree's files, and leaves every other request to another `fetch`. */
  readonly fetch: typeof fetch;
  /** The tree as a `file:` address: messages name the folder. */
  readonly defaultRegistry: URL;
}

/** @param directory its `v2/` stands for docker.io */
export function diskRegistry(directory: string, otherwise: typeof fetch): DiskRegistry {
  const tree = join(directory, 'v2') + sep;
  return {
    defaultRegistry: pathToFileURL(tree),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const url = new URL(request.url);
      return url.protocol === 'file:' ? answerFromDisk(tree, url, request) : otherwise(input, init);
    },
  };
}

async function answerFromDisk(tree: string, url: URL, request: Request): Promise<Response> {
  const path = pathOf(url);
  if (path === undefined || !path.startsWith(tree)) return new Response(null, { status: 404 });
  const info = await stat(path).catch(() => undefined);
  if (info === undefined || !info.isFile()) return new Response(null, { status: 404 });
  const headers = { 'content-length': String(info.size) };
  if (request.method === 'HEAD') return new Response(null, { headers });
  return new Response(fileStream(path) as ReadableStream<Uint8Array<ArrayBuffer>>, { headers });
}

/** @returns undefined for an address that can be no path: with a slash in a name (`%2F`), or a host */
function pathOf(url: URL): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}
