// Image names as Docker reads and shows them: `busybox` is docker.io/library/busybox:latest (distribution/reference).

export interface ImageReference {
  /** With registry: `docker.io/library/busybox`. */
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const DEFAULT_DOMAIN = 'docker.io';
const MAX_NAME_LENGTH = 255;
const DOMAIN =
  /^(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::[0-9]+)?$|^\[[a-fA-F0-9:]+\](?::[0-9]+)?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[\w][\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

function splitDomain(text: string): [string, string] {
  const slash = text.indexOf('/');
  const first = slash < 0 ? '' : text.slice(0, slash);
  const isDomain = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  let domain = isDomain ? first : DEFAULT_DOMAIN;
  let rest = isDomain ? text.slice(slash + 1) : text;
  if (domain === 'index.docker.io') domain = DEFAULT_DOMAIN;
  if (domain === DEFAULT_DOMAIN && !rest.includes('/')) rest = `library/${rest}`;
  return [domain, rest];
}

/** @throws Error in Docker's words */
export function parseImageReference(text: string): ImageReference {
  if (/^[a-f0-9]{64}$/.test(text))
    throw new Error(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  const [domain, remainder] = splitDomain(text);
  const at = remainder.indexOf('@');
  const digest = at < 0 ? undefined : remainder.slice(at + 1);
  const named = at < 0 ? remainder : remainder.slice(0, at);
  const colon = named.indexOf(':');
  const path = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (path.toLowerCase() !== path) {
    const lower = path.toLowerCase();
    if (PATH.test(lower)) throw new Error(`invalid reference format: repository name (${path}) must be lowercase`);
  }
  const valid =
    DOMAIN.test(domain) &&
    PATH.test(path) &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest));
  if (!valid) throw new Error('invalid reference format');
  const name = `${domain}/${path}`;
  if (path.length > MAX_NAME_LENGTH) throw new Error('repository name must not be more than 255 characters');
  return { name, tag, digest };
}

/** An image ID, whole: with or without its algorithm. */
export function isImageId(text: string): boolean {
  return /^(?:sha256:)?[a-f0-9]{64}$/.test(text);
}

/** `docker.io/library/busybox` is `busybox` to people. */
export function familiarName(name: string): string {
  if (name.startsWith(`${DEFAULT_DOMAIN}/library/`)) return name.slice(DEFAULT_DOMAIN.length + '/library/'.length);
  return name.startsWith(`${DEFAULT_DOMAIN}/`) ? name.slice(DEFAULT_DOMAIN.length + 1) : name;
}

function suffix({ tag, digest }: ImageReference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

export function familiarString(reference: ImageReference): string {
  return familiarName(reference.name) + suffix(reference);
}

export function fullString(reference: ImageReference): string {
  return reference.name + suffix(reference);
}

/** `latest`, when neither tag nor digest is given. */
export function withDefaultTag(reference: ImageReference): ImageReference {
  return reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: 'latest' } : reference;
}

/** The first twelve characters of an ID, without its algorithm. */
export function shortId(id: string): string {
  const colon = id.indexOf(':');
  return (colon < 0 ? id : id.slice(colon + 1)).slice(0, 12);
}
