// What `POST /images/create` is asked to pull: `fromImage` and `tag`, where the tag may be a digest.
import { DrydockError } from '../../contracts/errors.ts';
import { isDigest } from '../blob/sha256.ts';
import { familiarName, parseReference, withDigest, withTag } from '../registry/reference.ts';
import type { Reference } from '../registry/reference.ts';

/** @throws DrydockError `invalid-argument`, `forbidden` with Docker's texts */
export function pullReference(fromImage: string, tag: string): Reference {
  // `pull -a` may leave its colon behind.
  const named = parseReference(fromImage.replace(/:$/, ''));
  const reference = tag === '' ? named : isDigest(tag) ? withDigest(named, tag) : withTag(named, tag);
  if (familiarName(reference) === 'scratch') throw new DrydockError('forbidden', "'scratch' is a reserved name");
  return reference;
}
