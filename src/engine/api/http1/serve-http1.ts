// HTTP/1.1 over any byte stream: the guest's /var/run/docker.sock and Node's sockets are served by the same code.
import type { EngineDoor } from '../../../contracts/engine-api.ts';
import type { ByteDuplex } from '../../../contracts/streams.ts';
import { splitVersion } from '../api-version.ts';
import { takesOverConnection } from '../upgrade.ts';
import { ByteReader } from './byte-reader.ts';
import { openRequest } from './open-request.ts';
import type { OpenRequest } from './open-request.ts';
import { MalformedRequest, readRequestHead } from './request-head.ts';
import type { RequestHead } from './request-head.ts';
import { relay } from './relay.ts';
import { ResponseWriter } from './response-writer.ts';

export interface ServeOptions {
  /** Asked before each request: a Response refuses it (a web page's Origin, a foreign Host). */
  readonly refuse?: (head: RequestHead) => Response | undefined;
}

/** Serves until the connection ends. Never rejects: what a client does wrong ends its connection only. */
export async function serveHttp1(connection: ByteDuplex, door: EngineDoor, options: ServeOptions = {}): Promise<void> {
  const reader = new ByteReader(connection.readable);
  const writer = new ResponseWriter(connection.writable);
  try {
    while (await serveOne(reader, writer, door, options));
  } catch (error) {
    if (error instanceof MalformedRequest) await answerMalformed(writer, error);
  }
  await writer.close();
  await reader.cancel();
}

/** @returns whether another request may follow */
async function serveOne(
  reader: ByteReader,
  writer: ResponseWriter,
  door: EngineDoor,
  options: ServeOptions,
): Promise<boolean> {
  const head = await readRequestHead(reader);
  if (head === undefined) return false;
  const answer = { headOnly: head.method === 'HEAD', chunked: head.minorVersion === 1, keepAlive: head.keepAlive };
  const refusal = options.refuse?.(head);
  if (refusal !== undefined) {
    await writer.respond(refusal, { ...answer, keepAlive: false });
    return false;
  }
  const open = await openRequest(head, reader, writer);
  try {
    const [pathname = ''] = head.target.split('?', 1);
    if (takesOverConnection(head.method, splitVersion(pathname).path))
      return await takeOver(head, open, reader, writer, door);
    const response = await door.fetch(open.request);
    const keepAlive = await writer.respond(response, answer);
    return keepAlive && (await open.finish());
  } finally {
    open.abort();
  }
}

async function takeOver(
  head: RequestHead,
  open: OpenRequest,
  reader: ByteReader,
  writer: ResponseWriter,
  door: EngineDoor,
): Promise<boolean> {
  const answer = await door.upgrade(open.request);
  if (answer instanceof Response) {
    const keepAlive = await writer.respond(answer, {
      headOnly: false,
      chunked: head.minorVersion === 1,
      keepAlive: head.keepAlive,
    });
    return keepAlive && (await open.finish());
  }
  await relay(reader, writer, answer, head.headers.has('upgrade'));
  return false;
}

async function answerMalformed(writer: ResponseWriter, { status, message }: MalformedRequest): Promise<void> {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-length': String(message.length) };
  const response = new Response(message, { status, headers });
  await writer.respond(response, { headOnly: false, chunked: false, keepAlive: false }).catch(() => undefined);
}
