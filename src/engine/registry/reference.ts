// Image references as Docker reads and shows them: `[host[:port]/][user/]name[:tag][@digest]`. The grammar and the error
// texts are those of distribution/reference (reference.go); "familiar" is the short form that people see.
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { isDigest } from '../blob/sha256.ts';

export const DEFAULT_DOMAIN = 'docker.io';
export const DEFAULT_TAG = 'latest';

const LEGACY_DOMAIN = 'index.docker.io';
const OFFICIAL_PREFIX = 'library/';
const MAX_PATH_LENGTH = 255;

/** Fully qualified: `busybox` is domain `docker.io`, path `library/busybox`. */
export interface Reference {
  readonly domain: string;
  readonly path: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const component = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domain = `(?:${component}(?:\\.${component})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const pathComponent = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const path = `${pathComponent}(?:/${pathComponent})*`;
const tag = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const digest = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';

const REFERENCE = new RegExp(`^(?<domain>${domain})/(?<path>${path})(?::(?<tag>${tag}))?(?:@(?<digest>${digest}))?$`);
const TAG = new RegExp(`^${tag}$`);
const IDENTIFIER = /^[a-f0-9]{64}$/;

/**
 * Adds the default domain and `library/`, but no tag.
 * @throws DrydockError `invalid-argument` with Docker's text
 */
export function parseReference(text: string): Reference {
  if (IDENTIFIER.test(text)) {
    throw invalid(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  }
  const [host, remainder] = splitDomain(text);
  const colon = remainder.indexOf(':');
  const remote = colon < 0 ? remainder : remainder.slice(0, colon);
  if (remote.toLowerCase() !== remote) {
    throw invalid(`invalid reference format: repository name (${remote}) must be lowercase`);
  }
  const groups = REFERENCE.exec(`${host}/${remainder}`)?.groups;
  if (groups?.['domain'] === undefined || groups['path'] === undefined) throw invalid('invalid reference format');
  if (groups['path'].length > MAX_PATH_LENGTH) {
    throw invalid(`repository name must not be more than ${MAX_PATH_LENGTH} characters`);
  }
  return {
    domain: groups['domain'],
    path: groups['path'],
    ...(groups['tag'] !== undefined && { tag: groups['tag'] }),
    ...(groups['digest'] !== undefined && { digest: parseDigest(groups['digest']) }),
  };
}

/** @throws DrydockError `invalid-argument` with Docker's text */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  const [, algorithm, hex] = /^([a-z0-9+._-]+):([a-zA-Z0-9=_-]+)$/.exec(text) ?? [];
  if (algorithm === undefined || hex === undefined) throw invalid('invalid checksum digest format');
  if (algorithm !== 'sha256') throw invalid('unsupported digest algorithm');
  throw invalid(hex.length === 64 ? 'invalid checksum digest format' : 'invalid checksum digest length');
}

/** Replaces the tag. @throws DrydockError `invalid-argument` */
export function withTag(reference: Reference, text: string): Reference {
  if (!TAG.test(text)) throw invalid('invalid tag format');
  return { ...reference, tag: text };
}

/** The name with that digest, and no tag: what Docker stores when a reference has both. */
export function withDigest(reference: Reference, value: Digest): Reference {
  return { domain: reference.domain, path: reference.path, digest: value };
}

/** `:latest` when there is neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  const nameOnly = reference.tag === undefined && reference.digest === undefined;
  return nameOnly ? { ...reference, tag: DEFAULT_TAG } : reference;
}

/** `busybox`, `user/app`, `localhost:5000/app`. */
export function familiarName(reference: Reference): string {
  if (reference.domain !== DEFAULT_DOMAIN) return `${reference.domain}/${reference.path}`;
  const official = reference.path.startsWith(OFFICIAL_PREFIX)
    ? reference.path.slice(OFFICIAL_PREFIX.length)
    : undefined;
  return official === undefined || official.includes('/') ? reference.path : official;
}

/** With tag and digest, where there are any. */
export function familiarString(reference: Reference): string {
  return familiarName(reference) + suffix(reference);
}

/** `docker.io/library/busybox:latest`. */
export function canonicalString(reference: Reference): string {
  return `${reference.domain}/${reference.path}${suffix(reference)}`;
}

function suffix({ tag: tagged, digest: digested }: Reference): string {
  return (tagged === undefined ? '' : `:${tagged}`) + (digested === undefined ? '' : `@${digested}`);
}

/** The first component is a host when it looks like one; what only looks like a path is Docker Hub's. */
function splitDomain(text: string): [host: string, remainder: string] {
  const slash = text.indexOf('/');
  if (slash < 0) return [DEFAULT_DOMAIN, OFFICIAL_PREFIX + text];
  const first = text.slice(0, slash);
  const isHost = first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first;
  const host = !isHost || first === LEGACY_DOMAIN ? DEFAULT_DOMAIN : first;
  const remainder = isHost ? text.slice(slash + 1) : text;
  return [host, host === DEFAULT_DOMAIN && !remainder.includes('/') ? OFFICIAL_PREFIX + remainder : remainder];
}

function invalid(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
