// How a registry asks who is there, and what is sent back: Basic, or a token fetched from the place that it names
// (RFC 9110 section 11; distribution spec, "Token Authentication").
import { DrydockError } from '../../contracts/errors.ts';
import type { RegistryLogin } from '../../contracts/registries.ts';
import { readAtMost, readStart } from './read-body.ts';
import { MAX_ERROR_BODY_BYTES, registryError } from './registry-error.ts';

/** From the X-Registry-Auth header, or the client's own. */
export type Credentials = RegistryLogin;

export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const MAX_TOKEN_BYTES = 64 * 1024;

/** The first challenge of a WWW-Authenticate header. */
export function parseChallenge(header: string): Challenge | undefined {
  const [, scheme, rest = ''] = /^\s*([A-Za-z]+)(?:\s+(.*))?$/s.exec(header) ?? [];
  if (scheme === undefined) return undefined;
  const parameters: Record<string, string> = {};
  for (const [, name = '', quoted, plain] of rest.matchAll(/([A-Za-z_]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
    parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
  }
  return { scheme: scheme.toLowerCase(), parameters };
}

/**
 * The Authorization header that answers a challenge.
 * @throws DrydockError `unauthorized` when there is nothing to answer with
 */
export async function answerChallenge(
  challenge: Challenge,
  credentials: Credentials | undefined,
  send: (url: URL, init: RequestInit) => Promise<Response>,
): Promise<string> {
  if (challenge.scheme === 'basic') {
    if (credentials === undefined) throw new DrydockError('unauthorized', 'no basic auth credentials');
    return basic(credentials);
  }
  if (challenge.scheme === 'bearer') return `Bearer ${await fetchToken(challenge, credentials, send)}`;
  throw new DrydockError(
    'unauthorized',
    `Cannot log in to registry: it asks for the unknown scheme "${challenge.scheme}"`,
  );
}

async function fetchToken(
  { parameters }: Challenge,
  credentials: Credentials | undefined,
  send: (url: URL, init: RequestInit) => Promise<Response>,
): Promise<string> {
  const { realm = '', service, scope } = parameters;
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new DrydockError('unauthorized', `Cannot log in to registry: it names "${realm}" as the source of tokens`);
  }
  if (service !== undefined) url.searchParams.set('service', service);
  for (const one of scope?.split(' ') ?? []) url.searchParams.append('scope', one);
  if (credentials?.identityToken) return refreshedToken(url, credentials.identityToken, send);
  if (credentials !== undefined) url.searchParams.set('account', credentials.username);
  const headers: HeadersInit = credentials === undefined ? {} : { Authorization: basic(credentials) };
  const response = await send(url, { headers });
  if (!response.ok) throw registryError(`GET ${url}`, response.status, await readStart(response, MAX_ERROR_BODY_BYTES));
  return tokenOf(response, url);
}

/** OAuth 2: the scopes and the token that stands for the password in a form. */
async function refreshedToken(
  url: URL,
  identityToken: string,
  send: (url: URL, init: RequestInit) => Promise<Response>,
): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: identityToken, client_id: 'docker' });
  form.set('service', url.searchParams.get('service') ?? '');
  form.set('scope', url.searchParams.getAll('scope').join(' '));
  const bare = new URL(url);
  bare.search = '';
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await send(bare, { method: 'POST', headers, body: form.toString() });
  if (!response.ok)
    throw registryError(`POST ${bare}`, response.status, await readStart(response, MAX_ERROR_BODY_BYTES));
  return tokenOf(response, bare);
}

async function tokenOf(response: Response, url: URL): Promise<string> {
  const token = tokenIn(
    new TextDecoder().decode(await readAtMost(response, MAX_TOKEN_BYTES, `token from ${url.host}`)),
  );
  if (token === undefined)
    throw new DrydockError('unauthorized', `Cannot log in to registry: ${url.host} sent no token`);
  return token;
}

function tokenIn(body: string): string | undefined {
  try {
    const { token, access_token: accessToken } = JSON.parse(body) as { token?: unknown; access_token?: unknown };
    const found = token ?? accessToken;
    return typeof found === 'string' && found !== '' ? found : undefined;
  } catch {
    return undefined;
  }
}

function basic({ username, password }: Credentials): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
