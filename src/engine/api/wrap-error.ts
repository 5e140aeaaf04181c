// Docker puts what it was doing before what went wrong; and takes the blame.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';

/** @throws DrydockError `<prefix>: <message>` `internal`; `not-modified` and `not-found` go through as they are */
export async function wrapError<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isDrydockError(cause, 'not-modified', 'not-found')) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    // Docker answers 500 here, whoever is to blame.
    throw new DrydockError('internal', `${prefix}: ${message}`, { cause });
  }
}
