// Bodies of answers from elsewhere, never trusted to be as small as they should.
import { DrydockError } from '../../contracts/errors.ts';
import { joinBytes } from '../../shared/join-bytes.ts';

/**
 * Pieces of a body as they come. Cancels the body when the caller stops.
 * @throws DrydockError `cancelled` when the request was aborted, `unavailable` when the connection broke
 */
export async function* bodyChunks(response: Response): AsyncGenerator<Uint8Array, void, undefined> {
  // Not every browser's streams can be iterated.
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  let finished = false;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw interrupted(response.url, cause);
      });
      if (done) {
        finished = true;
        return;
      }
      yield value;
    }
  } finally {
    if (!finished) reader.cancel().catch(() => undefined);
  }
}

function interrupted(url: string, cause: unknown): DrydockError {
  if (cause instanceof Error && cause.name === 'AbortError')
    return new DrydockError('cancelled', 'context canceled', { cause });
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DrydockError('unavailable', `Cannot read the answer of ${url}: the connection broke: ${reason}`, {
    cause,
  });
}

/** @throws DrydockError `data-loss` when there is more than `maxBytes` */
export async function readAtMost(response: Response, maxBytes: number, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of bodyChunks(response)) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new DrydockError('data-loss', `Cannot read ${what}: it has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return joinBytes(chunks);
}

/** The start of a body, as text. */
export async function readStart(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of bodyChunks(response)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= maxBytes) break;
  }
  return new TextDecoder().decode(joinBytes(chunks).subarray(0, maxBytes));
}
