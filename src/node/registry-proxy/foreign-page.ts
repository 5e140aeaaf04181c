// The proxy is for the page that this server serves. Another site could send requests in the name of whoever visits it, and
// with a name of its own for our address it could read the answers (DNS rebinding).
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../request-guard.ts';

export interface OwnNames {
  /** Where this server listens. */
  readonly listenHost: string;
  /** Names under which a web server in front offers the site. */
  readonly hosts: readonly string[];
}

/** @returns why a request is none of our page's, or undefined */
export function foreignPage(headers: IncomingHttpHeaders, { listenHost, hosts }: OwnNames): string | undefined {
  const host = headers.host ?? '';
  const site = headers['sec-fetch-site'];
  // Browsers send it from https and loopback pages; elsewhere Origin has to do.
  const isForeign =
    typeof site === 'string' ? site !== 'same-origin' && site !== 'none' : isForeignOrigin(headers.origin, host);
  if (isForeign) return `requests of other pages are not passed on`;
  if (!isLoopback(listenHost) || hosts.includes(hostname(host)) || isLoopback(hostname(host))) return undefined;
  return `this server is not known as "${host.slice(0, 200)}": "hosts" of its configuration can list that name`;
}

function isForeignOrigin(origin: string | undefined, host: string): boolean {
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}

function hostname(header: string): string {
  const address = `http://${header}`;
  return URL.canParse(address) ? new URL(address).hostname.replace(/^\[|\]$/g, '') : '';
}
