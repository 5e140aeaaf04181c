// Which headers go through. A list of what may, since everything else is between two parties that the third has no business
// with: cookies and the site's own password on one side, what a registry sets for its own pages on the other.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { AUTHORIZATION_HEADER, CHALLENGE_HEADER } from '../../contracts/registry-proxy.ts';

const TO_REGISTRY = ['accept', 'content-type', 'content-length', 'content-range', 'range'] as const;
const TO_PAGE = [
  'accept-ranges',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'docker-content-digest',
  'docker-distribution-api-version',
  'docker-upload-uuid',
  'link',
  'location',
  'range',
  'ratelimit-limit',
  'ratelimit-remaining',
  'retry-after',
] as const;

export function headersToRegistry(headers: IncomingHttpHeaders): Record<string, string> {
  const authorization = headers[AUTHORIZATION_HEADER];
  return {
    'user-agent': 'drydock',
    // As they are: digests are of the bytes.
    'accept-encoding': 'identity',
    ...picked(headers, TO_REGISTRY),
    ...(typeof authorization === 'string' && { authorization }),
  };
}

/** @param origin the registry's: addresses on it become paths, which the page resolves against the name that it knows */
export function headersToPage(headers: IncomingHttpHeaders, origin: string): OutgoingHttpHeaders {
  const own = (text: string): string => text.replaceAll(new RegExp(`${escaped(origin)}(?=/)`, 'g'), '');
  const { location, link, ...others } = picked(headers, TO_PAGE);
  return {
    ...others,
    ...(location !== undefined && { location: own(location) }),
    ...(link !== undefined && { link: own(link) }),
    ...(headers['www-authenticate'] !== undefined && { [CHALLENGE_HEADER]: headers['www-authenticate'] }),
    // A blob may be a web page of anybody's: opened by its address here, it must not act as a page of this site.
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
}

function picked<Name extends string>(
  headers: IncomingHttpHeaders,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string') found[name] = value;
  }
  return found;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
