// Logins from config.json, and how they are sent to the engine (docker/cli: cli/config/configfile, api/types/registry).
import type { ConfigFile } from '../config/config-file.ts';

/** Docker Hub's logins are kept under an address of its first API. */
export const HUB_KEY = 'https://index.docker.io/v1/';

/** In the order in which Docker's client writes it. */
export interface AuthConfig {
  readonly username?: string;
  readonly password?: string;
  readonly serveraddress?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** @param domain of an image's name */
export function keyOf(domain: string): string {
  return domain === 'docker.io' || domain === 'index.docker.io' ? HUB_KEY : domain;
}

/** Empty when there is no login for it. */
export function authConfigOf({ auths }: ConfigFile, key: string): AuthConfig {
  const own = auths?.[key] ?? Object.entries(auths ?? {}).find(([address]) => hostnameOf(address) === key)?.[1];
  if (own === undefined) return {};
  const { identitytoken, registrytoken } = own;
  const [username, password] = decoded(own.auth ?? '');
  return {
    ...(username !== '' && { username, password }),
    serveraddress: key,
    ...(identitytoken !== undefined && { identitytoken }),
    ...(registrytoken !== undefined && { registrytoken }),
  };
}

/** For the header X-Registry-Auth: JSON in base64url. */
export function encodeAuthConfig(config: AuthConfig): string {
  return base64(JSON.stringify(config)).replaceAll('+', '-').replaceAll('/', '_');
}

/** As config.json keeps a name and a password. */
export function encodedLogin({ username = '', password = '' }: AuthConfig): string {
  return base64(`${username}:${password}`);
}

/** `https://host:5000/v1/`: `host:5000`. */
export function hostnameOf(address: string): string {
  if (address.includes('://') && URL.canParse(address)) {
    const { host } = new URL(address);
    if (host !== '') return host;
  }
  return address.split('/', 1)[0] ?? '';
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function decoded(auth: string): [username: string, password: string] {
  try {
    const text = new TextDecoder().decode(Uint8Array.from(atob(auth), (character) => character.charCodeAt(0)));
    const colon = text.indexOf(':');
    return colon < 0 ? ['', ''] : [text.slice(0, colon), text.slice(colon + 1).replace(/^\0+|\0+$/g, '')];
  } catch {
    return ['', ''];
  }
}
