import { describe, expect, test } from 'vitest';
import type { EngineDoor } from '../../../contracts/engine-api.ts';
import { deferred } from '../../../shared/deferred.ts';
import { serveHttp1 } from './serve-http1.ts';
import type { ServeOptions } from './serve-http1.ts';

const utf8 = new TextEncoder();

/** Answers with what it was asked. */
const echoDoor: EngineDoor = {
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    return new Response(`${request.method} ${pathname}${search} [${await request.text()}]`);
  },
  async upgrade(request) {
    if (new URL(request.url).searchParams.has('refuse')) return Response.json({ message: 'no' }, { status: 409 });
    const echo = new TransformStream<Uint8Array, Uint8Array>();
    const response = new Response(null, { headers: { 'content-type': 'application/vnd.docker.multiplexed-stream' } });
    return { response, stream: { readable: echo.readable, writable: echo.writable } };
  },
};

interface Client {
  send(text: string): Promise<void>;
  end(): Promise<void>;
  /** Everything the server wrote until it closed. */
  readonly received: Promise<string>;
  /** So far. */
  text(): string;
}

function connect(door: EngineDoor = echoDoor, options: ServeOptions = {}): Client {
  const up = new TransformStream<Uint8Array, Uint8Array>();
  let text = '';
  const closed = deferred<string>();
  const writable = new WritableStream<Uint8Array>({
    write: (chunk) => void (text += new TextDecoder('latin1').decode(chunk)),
    close: () => closed.resolve(text),
    abort: () => closed.resolve(text),
  });
  void serveHttp1({ readable: up.readable, writable }, door, options);
  const writer = up.writable.getWriter();
  writer.closed.catch(() => undefined);
  return {
    send: (piece) => writer.write(utf8.encode(piece)),
    end: () => writer.close(),
    received: closed.promise,
    text: () => text,
  };
}

async function exchange(text: string, door?: EngineDoor, options?: ServeOptions): Promise<string> {
  const client = connect(door, options);
  await client.send(text).catch(() => undefined);
  await client.end().catch(() => undefined);
  return client.received;
}

/** Bodies of chunked responses, heads dropped. */
function bodiesOf(received: string): string[] {
  return received
    .split('HTTP/1.1 200 OK')
    .slice(1)
    .map((response) => response.slice(response.indexOf('\r\n\r\n') + 4))
    .map((body) => body.replaceAll(/[0-9a-f]+\r\n([^\r]*)\r\n/g, '$1').trim());
}

describe('a request', () => {
  const request = 'POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello';

  test('is answered in chunks', async () => {
    const received = await exchange(request);
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(received).toContain('Transfer-Encoding: chunked\r\n');
    expect(received.endsWith('13\r\nPOST /a?b=c [hello]\r\n0\r\n\r\n')).toBe(true);
  });

  test('may be cut at every byte', async () => {
    for (let cut = 1; cut < request.length; cut++) {
      const client = connect();
      await client.send(request.slice(0, cut));
      await client.send(request.slice(cut));
      await client.end();
      expect(bodiesOf(await client.received), `cut at ${cut}`).toEqual(['POST /a?b=c [hello]']);
    }
  });

  test('may come byte by byte', async () => {
    const client = connect();
    for (const char of request) await client.send(char);
    await client.end();
    expect(bodiesOf(await client.received)).toEqual(['POST /a?b=c [hello]']);
  });

  test('may have a chunked body, with extensions and a trailer', async () => {
    const chunked =
      'POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nT: v\r\n\r\n';
    expect(bodiesOf(await exchange(chunked + 'GET /next HTTP/1.1\r\nHost: x\r\n\r\n'))).toEqual([
      'POST /a [hello]',
      'GET /next []',
    ]);
  });

  test('may be followed by others at once', async () => {
    const received = await exchange(request + 'GET /2 HTTP/1.1\r\nHost: x\r\n\r\n' + request);
    expect(bodiesOf(received)).toEqual(['POST /a?b=c [hello]', 'GET /2 []', 'POST /a?b=c [hello]']);
  });

  test('with HEAD gets no body', async () => {
    const received = await exchange('HEAD /_ping HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(received.endsWith('\r\n\r\n')).toBe(true);
  });

  test('of HTTP/1.0 gets its body until the end of the connection', async () => {
    const client = connect();
    await client.send('GET /a HTTP/1.0\r\n\r\n');
    const received = await client.received;
    expect(received).not.toContain('chunked');
    expect(received).toContain('Connection: close\r\n');
    expect(received.endsWith('\r\n\r\nGET /a []')).toBe(true);
  });

  test('with "Connection: close" is the last one', async () => {
    const close = 'GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    expect(bodiesOf(await exchange(close + close))).toEqual(['GET /a []']);
  });

  test('that expects it is told to continue', async () => {
    const client = connect();
    await client.send('POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n');
    await expect.poll(() => client.text()).toContain('HTTP/1.1 100 Continue\r\n\r\n');
    await client.send('hi');
    await client.end();
    expect(bodiesOf(await client.received)).toEqual(['POST /a [hi]']);
  });

  test('with a large body reaches the handler as a stream', async () => {
    const size = 3 * 1024 * 1024;
    const door: EngineDoor = {
      ...echoDoor,
      fetch: async (large) => new Response(String((await large.arrayBuffer()).byteLength)),
    };
    const head = `POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`;
    expect(bodiesOf(await exchange(head + 'x'.repeat(size), door))).toEqual([String(size)]);
  });

  test('may be refused by its head', async () => {
    const refuse: ServeOptions['refuse'] = ({ headers }) =>
      headers.has('origin') ? Response.json({ message: 'no pages' }, { status: 403 }) : undefined;
    const received = await exchange('GET /a HTTP/1.1\r\nHost: x\r\nOrigin: http://evil\r\n\r\n', echoDoor, { refuse });
    expect(received).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(received).toContain('no pages');
  });
});

describe('a malformed request', () => {
  test.each([
    ['no request at all', 'hello\r\n\r\n', 400],
    ['no version', 'GET /\r\n\r\n', 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a space in a header name', 'GET / HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n', 400],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n', 400],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\0\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    ['a negative length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['an unknown encoding', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n', 501],
    ['a wrong chunk size', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
    ['a body cut off', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab', 400],
    ['a head cut off', 'GET / HTTP/1.1\r\nHost: x\r\n', 400],
    ['a line without end', `GET /${'a'.repeat(40_000)}`, 431],
    ['too many headers', `GET / HTTP/1.1\r\nHost: x\r\n${`A: ${'b'.repeat(1000)}\r\n`.repeat(100)}\r\n`, 431],
    ['a target that is no path', 'GET nonsense HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a forbidden method', 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ])('with %s is answered and ends the connection', async (_, text, status) => {
    const received = await exchange(text);
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(received).toContain('Connection: close\r\n');
  });
});

describe('a client that hangs up', () => {
  test('aborts the request it waits for', async () => {
    const aborted = deferred<undefined>();
    const door: EngineDoor = {
      ...echoDoor,
      async fetch({ signal }) {
        signal.addEventListener('abort', () => aborted.resolve(undefined));
        await aborted.promise;
        return new Response('too late');
      },
    };
    const client = connect(door);
    await client.send('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.end();
    await aborted.promise;
  });

  test('cancels the body it no longer reads', async () => {
    const cancelled = deferred<undefined>();
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(utf8.encode('x')),
      cancel: () => cancelled.resolve(undefined),
    });
    const request = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(utf8.encode('GET / HTTP/1.1\r\nHost: x\r\n\r\n')),
    });
    let writes = 0;
    const writable = new WritableStream<Uint8Array>({
      write() {
        if (++writes > 3) throw new Error('EPIPE');
      },
    });
    await serveHttp1({ readable: request, writable }, { ...echoDoor, fetch: async () => new Response(body) });
    await cancelled.promise;
  });
});

describe('a response', () => {
  test('is flushed piece by piece', async () => {
    const second = deferred<undefined>();
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(utf8.encode('one'));
        await second.promise;
        controller.enqueue(utf8.encode('two'));
        controller.close();
      },
    });
    const client = connect({ ...echoDoor, fetch: async () => new Response(body) });
    await client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => client.text()).toContain('3\r\none\r\n');
    expect(client.text()).not.toContain('two');
    second.resolve(undefined);
    await expect.poll(() => client.text()).toContain('3\r\ntwo\r\n0\r\n\r\n');
  });

  test('without a body says so', async () => {
    const received = await exchange('GET / HTTP/1.1\r\nHost: x\r\n\r\n', {
      ...echoDoor,
      fetch: async () => new Response(null, { status: 204 }),
    });
    expect(received).toMatch(/^HTTP\/1\.1 204 No Content\r\n/);
    expect(received).not.toMatch(/Content-Length|chunked/);
  });
});

describe('a taken-over connection', () => {
  const attach = (headers: string, query = ''): string =>
    `POST /v1.50/containers/c/attach${query} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

  test('answers 101 to an upgrade, then raw bytes', async () => {
    const client = connect();
    await client.send(`${attach('Connection: Upgrade\r\nUpgrade: tcp\r\n')}early`);
    await client.send(' late');
    await client.end();
    const received = await client.received;
    expect(received).toMatch(
      /^HTTP\/1\.1 101 UPGRADED\r\nContent-Type: application\/vnd\.docker\.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n/,
    );
    expect(received.endsWith('\r\n\r\nearly late')).toBe(true);
  });

  test('answers 200 and the raw type to those who did not ask for one', async () => {
    const received = await exchange(`${attach('')}hi`);
    expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Type: application\/vnd\.docker\.raw-stream\r\n/);
    expect(received.endsWith('\r\n\r\nhi')).toBe(true);
  });

  test('goes on giving output after the client ended its input', async () => {
    const more = deferred<undefined>();
    const door: EngineDoor = {
      ...echoDoor,
      async upgrade() {
        const ended = deferred<undefined>();
        const readable = new ReadableStream<Uint8Array>({
          async start(controller) {
            await ended.promise;
            controller.enqueue(utf8.encode('after the end'));
            await more.promise;
            controller.close();
          },
        });
        const writable = new WritableStream<Uint8Array>({ close: () => ended.resolve(undefined) });
        return { response: new Response(null), stream: { readable, writable } };
      },
    };
    const client = connect(door);
    await client.send(attach('Upgrade: tcp\r\n'));
    await client.end();
    await expect.poll(() => client.text()).toContain('after the end');
    more.resolve(undefined);
    await client.received;
  });

  test('that is refused goes on as an ordinary one', async () => {
    const received = await exchange(`${attach('Upgrade: tcp\r\n', '?refuse')}GET /next HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(received).toMatch(/^HTTP\/1\.1 409 Conflict\r\n/);
    expect(received).toContain('{"message":"no"}');
    expect(bodiesOf(received)).toEqual(['GET /next []']);
  });
});
