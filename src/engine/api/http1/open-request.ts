// From a head on the wire to a web-standard Request: its body, and its signal, which aborts when the client hangs up.
import type { ByteReader } from './byte-reader.ts';
import { readBody } from './request-body.ts';
import { MalformedRequest } from './request-head.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseWriter } from './response-writer.ts';

/** Bodies up to this size are read before the handler runs; not every browser can stream a Request's body. */
const BUFFERED_BODY_BYTES = 1024 * 1024;
/** What an unread body may still hold for the connection to be worth keeping. */
const DRAIN_BYTES = 256 * 1024;
const CONTINUE = Uint8Array.from('HTTP/1.1 100 Continue\r\n\r\n', (char) => char.charCodeAt(0));

export interface OpenRequest {
  readonly request: Request;
  /** Reads what the handler left of the body. @returns whether the connection can go on */
  finish(): Promise<boolean>;
  /** The request is over: nothing may work for it any longer. */
  abort(): void;
}

/** @throws MalformedRequest */
export async function openRequest(head: RequestHead, reader: ByteReader, writer: ResponseWriter): Promise<OpenRequest> {
  const gone = new AbortController();
  const { method, headers, body } = head;
  const expectsContinue = headers.get('expect')?.toLowerCase() === '100-continue';
  if (expectsContinue && body.kind !== 'none') await writer.write(CONTINUE);
  const pieces = readBody(reader, body);
  const buffers = body.kind === 'none' || (body.kind === 'length' && body.bytes <= BUFFERED_BODY_BYTES);
  const content = buffers ? await collect(pieces) : streamOf(pieces);
  const takesBody = method !== 'GET' && method !== 'HEAD' && body.kind !== 'none';
  let over = false;
  if (buffers) {
    // Nothing more of this request will come: what comes is the next one, or the client's end.
    void watch(reader, gone, () => over);
  }
  return {
    request: requestOf(head, gone.signal, takesBody ? content : undefined),
    async finish() {
      let left = 0;
      try {
        for await (const piece of pieces) {
          left += piece.length;
          if (left > DRAIN_BYTES) return false;
        }
      } catch {
        return false;
      }
      return true;
    },
    abort() {
      over = true;
      gone.abort();
    },
  };
}

function requestOf(
  { method, target, headers }: RequestHead,
  signal: AbortSignal,
  content: BodyInit | undefined,
): Request {
  // Streams need `duplex`, which the DOM's types do not know yet.
  const init: RequestInit & { duplex?: 'half' } = { method, headers, signal };
  if (content !== undefined) Object.assign(init, { body: content, duplex: 'half' });
  try {
    return new Request(`http://docker${target}`, init);
  } catch (error) {
    throw new MalformedRequest(400, `Cannot read request: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function watch(reader: ByteReader, gone: AbortController, isOver: () => boolean): Promise<void> {
  while (!isOver() && reader.buffered.length === 0) {
    if (!(await reader.pull())) return gone.abort();
  }
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece.slice());
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(value.slice());
      },
    },
    { highWaterMark: 0 },
  );
}
