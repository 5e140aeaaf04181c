// A proxy before a registry of the test's own, over real connections: for all tests of the proxy.
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { parseConfig } from '../proxy-config.ts';
import { RegistryProxy } from '../registry-proxy.ts';

export const DIGEST = `sha256:${'a'.repeat(64)}`;
export const BLOB = `proxy/r.example/v2/app/blobs/${DIGEST}`;

/** Until the test has ended. @returns the port */
export function listening(server: Server | TcpServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    onTestFinished(
      () =>
        new Promise((closed) => {
          server.close(() => closed());
          if ('closeAllConnections' in server) server.closeAllConnections();
        }),
    );
  });
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface SetUp {
  /** Of the registry `r.example`, whose `url` is the upstream's. */
  readonly registry?: object;
  readonly limits?: object;
  readonly url?: string;
}

/** A proxy before a registry that gives this answer. */
export async function setUpProxy(answer: RequestListener, { registry = {}, limits = {}, url }: SetUp = {}) {
  const asked: IncomingMessage[] = [];
  const upstreamPort = await listening(
    createServer((request, response) => {
      asked.push(request);
      answer(request, response);
    }),
  );
  const upstream = `http://127.0.0.1:${upstreamPort}`;
  const entry = { url: url ?? upstream, privateAddresses: true, ...registry };
  const config = parseConfig(JSON.stringify({ proxy: { registries: { 'r.example': entry }, limits } }), 'test');
  if (config === undefined || config === false) throw new Error('no proxy');
  const log: string[] = [];
  const proxy = new RegistryProxy({ config, listenHost: '127.0.0.1', log: (line) => log.push(line) });
  onTestFinished(() => proxy.close());
  const port = await listening(
    createServer((request, response) => void proxy.handle(request, response, (request.url ?? '').slice(1))),
  );
  // Not fetch(): it tidies paths, and does not send what only browsers may.
  const start = (path: string, { method = 'GET', headers = {} }: Ask = {}) =>
    httpRequest({ host: '127.0.0.1', port, path: `/${path}`, method, headers, agent: false });
  const ask = (path: string, options: Ask = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = start(path, options);
      sent.on('error', reject);
      sent.on('response', (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      });
      sent.end(options.body);
    });
  return { ask, start, asked, log, upstream };
}

/** The status, and what the body says of the failure. */
export function failureIn({ status, body }: Answer): unknown {
  const { errors } = JSON.parse(body) as { errors: { code: string; message: string }[] };
  return { status, ...errors[0] };
}

/** What `failureIn` gives for such a refusal. */
export const refused = (status: number, code: string, message: string): unknown => ({
  status,
  code,
  message: expect.stringContaining(message) as string,
});
