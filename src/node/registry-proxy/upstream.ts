// One request to a registry, and to where its redirects lead: hosts of content are others than the registry's own. Node's
// http and not fetch: only here can be said to which addresses a connection may be made.
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { guardedLookup, requireAllowedHost } from './address-guard.ts';
import type { ProxyLimits } from './proxy-config.ts';
import { denied, ProxyFailure } from './proxy-failure.ts';

const MAX_REDIRECTS = 5;
const MAX_UNREAD_BYTES = 64 * 1024;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface UpstreamRequest {
  readonly method: string;
  readonly url: URL;
  /** Lower case names. `authorization` goes to the origin of `url` and to no other. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Readable;
  /** Aborted by whoever does not want the answer any more; with a ProxyFailure by what takes too long. */
  readonly control: AbortController;
}

/** For one registry: what may be connected to differs between them, and so do the connections that are kept. */
export class Upstream {
  readonly #allowPrivate: boolean;
  readonly #limits: ProxyLimits;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(allowPrivate: boolean, limits: ProxyLimits) {
    this.#allowPrivate = allowPrivate;
    this.#limits = limits;
    const options = { keepAlive: true, lookup: guardedLookup(allowPrivate) };
    this.#http = new HttpAgent(options);
    this.#https = new HttpsAgent(options);
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  /**
   * @param follow whether redirects are followed; a request with a body or a password for tokens must not be
   * @throws ProxyFailure 403 for a forbidden address, 502 when there is no answer, 504 when it takes too long
   */
  async send(request: UpstreamRequest, follow: boolean): Promise<IncomingMessage> {
    let { url, headers } = request;
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#once({ ...request, url, headers });
      if (!REDIRECTS.has(answer.statusCode ?? 0)) return answer;
      letGo(answer);
      const next = targetOf(answer, url);
      if (!follow) throw unusable(`${url.host} redirects this request, which is not followed`);
      if (redirects === MAX_REDIRECTS) throw unusable(`${request.url.host} redirects more than ${MAX_REDIRECTS} times`);
      if (url.protocol === 'https:' && next.protocol !== 'https:') {
        throw denied(`${url.host} redirects to ${next.protocol}//${next.host}, which is not encrypted`);
      }
      if (next.origin !== url.origin) headers = withoutAuthorization(headers);
      url = next;
    }
  }

  #once({ method, url, headers, body, control }: UpstreamRequest): Promise<IncomingMessage> {
    requireAllowedHost(url, this.#allowPrivate);
    const { connectSeconds, idleSeconds } = this.#limits;
    return new Promise((resolve, reject) => {
      const isTls = url.protocol === 'https:';
      const options = { method, headers, signal: control.signal };
      const sent = isTls
        ? httpsRequest(url, { ...options, agent: this.#https })
        : httpRequest(url, { ...options, agent: this.#http });
      const giveUp = (why: string): void => control.abort(tooSlow(url, why));
      const stopWaiting = limitConnecting(sent, isTls, connectSeconds * 1000, () =>
        giveUp(`no connection within ${connectSeconds} s`),
      );
      // On the socket, so that it also ends a body that does not come.
      sent.setTimeout(idleSeconds * 1000, () => giveUp(`nothing came for ${idleSeconds} s`));
      sent.on('response', resolve);
      sent.on('error', (error) => reject(toFailure(error, url, control.signal)));
      sent.on('close', stopWaiting);
      if (body === undefined) sent.end();
      else {
        body.on('error', (error) => sent.destroy(error));
        body.pipe(sent);
      }
    });
  }
}

/** @returns a function that ends the waiting */
function limitConnecting(sent: ClientRequest, isTls: boolean, ms: number, onTooLong: () => void): () => void {
  const timer = setTimeout(onTooLong, ms);
  const stop = (): void => clearTimeout(timer);
  sent.on('socket', (socket) => {
    // A connection that was kept has nothing to wait for.
    if (socket.connecting) socket.once(isTls ? 'secureConnect' : 'connect', stop);
    else stop();
  });
  return stop;
}

/** The connection is kept when there is little left to read on it: the same registry is asked again in a moment. */
function letGo(answer: IncomingMessage): void {
  const { 'content-length': length } = answer.headers;
  if (length !== undefined && Number(length) <= MAX_UNREAD_BYTES) answer.resume();
  else answer.destroy();
}

function targetOf({ headers }: IncomingMessage, from: URL): URL {
  const { location = '' } = headers;
  const target = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (location !== '' && target !== undefined && /^https?:$/.test(target.protocol)) return target;
  throw unusable(`${from.host} redirects to "${location.slice(0, 200)}"`);
}

function withoutAuthorization(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'));
}

function toFailure(error: Error, url: URL, signal: AbortSignal): ProxyFailure {
  if (error instanceof ProxyFailure) return error;
  if (signal.reason instanceof ProxyFailure) return signal.reason;
  const code = 'code' in error ? String(error.code) : '';
  const why = WHY[code] ?? error.message;
  return new ProxyFailure(502, 'UNAVAILABLE', `this page's server cannot reach ${url.host}: ${why}`, error);
}

const WHY: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host, or this server has no way to the internet',
  EAI_AGAIN: 'names are not resolved: it seems to be offline',
  ENETUNREACH: 'it seems to be offline',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke',
};

export function tooSlow(url: URL, why: string): ProxyFailure {
  return new ProxyFailure(504, 'UNAVAILABLE', `this page's server gave up on ${url.host}: ${why}`);
}

function unusable(message: string): ProxyFailure {
  return new ProxyFailure(502, 'UNAVAILABLE', message);
}
