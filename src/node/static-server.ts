// Serves the built page as a plain static host would: what works here works on any of them.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';
import { sendBlob, wantsWholeBlob } from './blob-files.ts';

export interface StaticServerOptions {
  readonly directory: string;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Path prefix, to show that the page needs no particular one: `/some/where`. */
  readonly prefix?: string;
  /** Answers what is no file, by the address below the prefix and without a slash before it. @returns whether it does */
  readonly handle?: (request: IncomingMessage, response: ServerResponse, address: string) => boolean;
  /** Told the body's size of every answer, in bytes as sent. */
  readonly onSent?: (path: string, bytes: number) => void;
}

export interface StaticServer {
  /** With the prefix and a trailing slash. */
  readonly url: string;
  /** @param graceMs how long answers that are under way may take; they break off at once when left out */
  close(graceMs?: number): Promise<void>;
}

/** @throws Error with code EADDRINUSE, EACCES ... when the address cannot be had */
export async function startStaticServer(options: StaticServerOptions): Promise<StaticServer> {
  const prefix = options.prefix ?? '';
  // Files that are named by their content never change; the rest is asked for again and answered with 304.
  const files = sirv(options.directory, {
    // Looks at the disk for each request: images are added while the page is being served.
    dev: true,
    etag: true,
    gzip: true,
    setHeaders: (response, path) =>
      response.setHeader('cache-control', isImmutable(path) ? 'public, max-age=31536000, immutable' : 'no-cache'),
  });
  let closing = false;
  const server = createServer((request, response) => {
    // A client that keeps its connection would otherwise be served for ever.
    if (closing) response.shouldKeepAlive = false;
    else response.on('finish', () => closing && request.socket.end());
    const url = request.url ?? '/';
    if (!url.startsWith(`${prefix}/`) || hasHiddenPart(url)) return notFound(response);
    request.url = url.slice(prefix.length);
    if (options.onSent !== undefined) reportBytes(request, response, options.onSent);
    if (options.handle?.(request, response, request.url.slice(1)) === true) return;
    const { url: path } = request;
    const serveFile = (): void => files(request, response, () => notFound(response));
    if (!wantsWholeBlob(request, path)) return serveFile();
    void sendBlob(options.directory, path, response).then((sent) => (sent ? undefined : serveFile()));
  });
  await listen(server, options.port, options.host);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}${prefix}/`,
    close(graceMs = 0) {
      closing = true;
      return close(server, graceMs);
    },
  };
}

/** What begins with a dot is unfinished, or of no concern to the page. */
function hasHiddenPart(url: string): boolean {
  const [path = ''] = url.split('?', 1);
  return /\/(\.|%2e)/i.test(path);
}

function isImmutable(path: string): boolean {
  return /\/assets\/.+-[\w-]{8}\.\w+$|\/blobs\/sha256:[0-9a-f]{64}$|\/root\/[0-9a-f]{16,64}(\.\w+)*$/.test(path);
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found\n');
}

function reportBytes(
  request: IncomingMessage,
  response: ServerResponse,
  onSent: (path: string, bytes: number) => void,
): void {
  const path = request.url ?? '/';
  response.on('close', () => onSent(path, Number(response.getHeader('content-length') ?? 0)));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    if (graceMs === 0) server.closeAllConnections();
    else server.closeIdleConnections();
  });
}
