// Writes responses: each piece of a body goes out as it comes, so that logs and events are seen when they happen.

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
};

export interface ResponseOptions {
  /** Of a HEAD request: only the head. */
  readonly headOnly: boolean;
  /** The client understands chunks (HTTP/1.1). */
  readonly chunked: boolean;
  readonly keepAlive: boolean;
}

export class ResponseWriter {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#writer = stream.getWriter();
    this.#writer.closed.catch(() => undefined);
  }

  /**
   * @returns whether the connection can take another response
   * @throws when the client is gone; the body is cancelled then
   */
  async respond(response: Response, options: ResponseOptions): Promise<boolean> {
    const { body, status } = response;
    const hasBody = status !== 204 && status !== 304;
    const length = response.headers.get('content-length') ?? (hasBody && body === null ? '0' : null);
    const chunked = hasBody && length === null && options.chunked;
    const keepAlive = options.keepAlive && (!hasBody || length !== null || chunked);
    const head = headOf(response, {
      ...(length !== null && { 'Content-Length': length }),
      ...(chunked && { 'Transfer-Encoding': 'chunked' }),
      ...(!keepAlive && { Connection: 'close' }),
    });
    try {
      if (body === null || !hasBody || options.headOnly) {
        await this.#writer.write(head);
        await body?.cancel();
      } else {
        await this.#writeBody(head, body, chunked);
      }
    } catch (error) {
      await body?.cancel().catch(() => undefined);
      throw error;
    }
    return keepAlive;
  }

  /** The head of a connection that is taken over. */
  async takeOver(response: Response, upgraded: boolean): Promise<void> {
    const type = response.headers.get('content-type') ?? '';
    const lines = upgraded
      ? ['HTTP/1.1 101 UPGRADED', `Content-Type: ${type}`, 'Connection: Upgrade', 'Upgrade: tcp']
      : ['HTTP/1.1 200 OK', 'Content-Type: application/vnd.docker.raw-stream'];
    const own = [...response.headers]
      .filter(([name]) => name !== 'content-type')
      .map(([name, value]) => `${canonical(name)}: ${value}`);
    await this.write(bytesOf([...lines, ...own, '', ''].join('\r\n')));
  }

  /** Calls back when the client is gone, noticed without a write. */
  onGone(listener: () => void): void {
    this.#writer.closed.catch(listener);
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#writer.write(bytes);
  }

  /** Ends our direction. */
  async close(): Promise<void> {
    await this.#writer.close().catch(() => undefined);
  }

  async #writeBody(head: Uint8Array, body: ReadableStream<Uint8Array>, chunked: boolean): Promise<void> {
    const reader = body.getReader();
    try {
      await this.#writer.write(head);
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        if (value.length > 0) await this.#writer.write(chunked ? chunkOf(value) : value);
      }
      if (chunked) await this.#writer.write(bytesOf('0\r\n\r\n'));
    } catch (error) {
      await reader.cancel(error).catch(() => undefined);
      throw error;
    } finally {
      reader.releaseLock();
    }
  }
}

function headOf(response: Response, extra: Readonly<Record<string, string>>): Uint8Array {
  const { status, headers } = response;
  const own = [...headers]
    .filter(([name]) => name !== 'content-length')
    .map(([name, value]) => `${canonical(name)}: ${value}`);
  const added = Object.entries(extra).map(([name, value]) => `${name}: ${value}`);
  const date = `Date: ${new Date().toUTCString()}`;
  return bytesOf([`HTTP/1.1 ${status} ${REASONS[status] ?? ''}`, ...own, date, ...added, '', ''].join('\r\n'));
}

function chunkOf(piece: Uint8Array): Uint8Array {
  const size = bytesOf(`${piece.length.toString(16)}\r\n`);
  const chunk = new Uint8Array(size.length + piece.length + 2);
  chunk.set(size);
  chunk.set(piece, size.length);
  chunk.set([13, 10], size.length + piece.length);
  return chunk;
}

// Go writes names this way, and people compare outputs.
function canonical(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (match) => match.toUpperCase());
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0) & 0xff);
}
