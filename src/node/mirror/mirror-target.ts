// The page knows one registry, which stands for docker.io: an image of any other loses its host on the way.
import { DrydockError } from '../../contracts/errors.ts';
import { DEFAULT_DOMAIN, familiarString, parseReference } from '../../engine/registry/reference.ts';
import type { Reference } from '../../engine/registry/reference.ts';

/** Where in the page's registry an image goes. */
export interface MirrorTarget {
  readonly repository: string;
  /** None for an image that was asked for by its digest. */
  readonly tag?: string;
}

/**
 * @param as another name than the image's own, with another tag or without
 * @throws DrydockError `invalid-argument` when the page could not pull by that name
 */
export function mirrorTarget(reference: Reference, as?: string): MirrorTarget {
  if (as === undefined) {
    const isBare = reference.domain !== DEFAULT_DOMAIN && !reference.path.includes('/');
    return { repository: isBare ? `library/${reference.path}` : reference.path, ...tagOf(reference) };
  }
  const name = parseReference(as);
  if (name.domain !== DEFAULT_DOMAIN || name.digest !== undefined) {
    throw new DrydockError('invalid-argument', `Cannot mirror as "${as}": the name must have no host and no digest`);
  }
  return { repository: name.path, ...tagOf(name.tag === undefined ? reference : name) };
}

/** What to pull it by in the page. @param digest of an image without a tag */
export function pageName({ repository, tag }: MirrorTarget, { digest }: Reference): string {
  const name = { domain: DEFAULT_DOMAIN, path: repository };
  return familiarString(tag === undefined ? { ...name, ...(digest !== undefined && { digest }) } : { ...name, tag });
}

function tagOf({ tag }: Reference): { tag?: string } {
  return tag === undefined ? {} : { tag };
}
