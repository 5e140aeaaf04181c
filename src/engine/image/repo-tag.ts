// `repo` and `tag` of a query as the name that a new image gets (moby: httputils.RepoTagReference).
import { DrydockError } from '../../contracts/errors.ts';
import { parseReference, withDefaultTag, withTag } from '../registry/reference.ts';
import type { Reference } from '../registry/reference.ts';

/** @returns undefined without a repository. @throws DrydockError `invalid-argument` in Docker's words */
export function repoTagReference(repository: string, tag: string): Reference | undefined {
  if (repository === '') return undefined;
  const reference = parseReference(repository);
  if (reference.digest !== undefined) {
    throw new DrydockError('invalid-argument', 'cannot import digest reference');
  }
  return tag === '' ? withDefaultTag(reference) : withTag(reference, tag);
}
