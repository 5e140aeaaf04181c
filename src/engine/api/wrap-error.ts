// Docker puts what it was doing before what went wrong; the status stays the cause's.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';

/** @throws DrydockError `<prefix>: <message>` with the cause's code; `not-modified` and `not-found` go through as they are */
export async function wrapError<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isDrydockError(cause, 'not-modified', 'not-found')) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new DrydockError(isDrydockError(cause) ? cause.code : 'internal', `${prefix}: ${message}`, { cause });
  }
}
