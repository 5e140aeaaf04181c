// A web page must not drive the engine: browsers send `Origin`, and DNS rebinding shows as a foreign `Host`.
import { isIP } from 'node:net';

export type Listen =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** @returns why a request is refused (for a 403 body), or undefined when it may pass */
export function refusal(headers: Headers, listen: Listen): string | undefined {
  const origin = headers.get('origin');
  if (origin !== null) return `Refusing a request of the web page "${origin}": browsers may not drive this engine`;
  if (listen.kind === 'unix') return undefined;
  const host = headers.get('host') ?? '';
  if (isOwnName(host, listen)) return undefined;
  return `Refusing a request for the host "${host}": this engine answers for ${listen.host}`;
}

function isOwnName(header: string, listen: { host: string; port: number }): boolean {
  const name = hostname(header);
  if (isLoopback(listen.host)) return isLoopback(name);
  // An address cannot be rebound; a name must be the one we were told to listen on.
  return isIP(name) !== 0 || isLoopback(name) || name === listen.host;
}

/** `localhost`, 127.0.0.0/8 or ::1. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function hostname(header: string): string {
  try {
    return new URL(`http://${header}`).hostname.replace(/^\[|\]$/g, '');
  } catch {
    return '';
  }
}

/**
 * `tcp://host:port` or `unix:///path`, as in docker's DOCKER_HOST.
 * @throws Error naming the value
 */
export function parseListen(value: string): Listen {
  if (value.startsWith('unix://') && value.length > 'unix://'.length)
    return { kind: 'unix', path: value.slice('unix://'.length) };
  const match = /^tcp:\/\/(\[[0-9a-fA-F:]+\]|[^:/[\]]+):(\d{1,5})$/.exec(value);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port > 65_535) {
    throw new Error(`invalid address "${value}": give tcp://HOST:PORT or unix://PATH`);
  }
  return { kind: 'tcp', host: match[1].replace(/^\[|\]$/g, ''), port };
}
