// What registries send, read to its end and checked against its digest; and what it is, where a host does not say.
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { digestOf, isDigest } from '../blob/sha256.ts';
import { MEDIA_TYPES } from './manifest.ts';
import { readAtMost } from './read-body.ts';

export const ACCEPTED_MANIFESTS = Object.values(MEDIA_TYPES).join(', ');

const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_CONFIG_BYTES = 8 * 1024 * 1024;

export interface CheckedManifest {
  readonly digest: Digest;
  /** As they came: only they have that digest. */
  readonly bytes: Uint8Array;
}

/** @param reference as it was asked for: a tag or a digest @throws DrydockError `data-loss` */
export async function readManifest(response: Response, reference: string, name: string): Promise<CheckedManifest> {
  const bytes = await readAtMost(response, MAX_MANIFEST_BYTES, `manifest of ${name}`);
  const digest = await digestOf(bytes);
  const stated = response.headers.get('docker-content-digest');
  const expected = isDigest(reference) ? reference : stated !== null && isDigest(stated) ? stated : digest;
  if (digest !== expected) throw new DrydockError('data-loss', `manifest verification failed for digest ${expected}`);
  return { digest, bytes };
}

/** @throws DrydockError `data-loss` */
export async function readImageConfig(response: Response, digest: Digest): Promise<Uint8Array> {
  const bytes = await readAtMost(response, MAX_CONFIG_BYTES, `image config ${digest}`);
  if ((await digestOf(bytes)) === digest) return bytes;
  throw new DrydockError('data-loss', `image config verification failed for digest ${digest}`);
}

/** Hosts of single-page apps answer every unknown address with their page. */
export function isPage(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/html') ?? false;
}

/** A manifest's media type: what the registry says, if it is one who knows; otherwise what the manifest shows. */
export function mediaTypeOf(response: Response, bytes: Uint8Array): string {
  const [stated = ''] = (response.headers.get('content-type') ?? '').split(';', 1);
  return stated.startsWith('application/vnd.') ? stated : (shownType(bytes) ?? stated);
}

function shownType(bytes: Uint8Array): string | undefined {
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof body !== 'object' || body === null) return undefined;
    if ('mediaType' in body && typeof body.mediaType === 'string') return body.mediaType;
    if ('manifests' in body) return MEDIA_TYPES.ociIndex;
    return 'layers' in body ? MEDIA_TYPES.ociManifest : undefined;
  } catch {
    return undefined;
  }
}
