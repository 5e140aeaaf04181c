// A full store, as dockerd tells it of a layer on its way in (moby: distribution/xfer/download.go).
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';

/** @throws the error, with Docker's words before it if it is `no-space` */
export function failedToRegister(error: unknown): never {
  if (!isDrydockError(error, 'no-space')) throw error;
  throw new DrydockError('no-space', `failed to register layer: ${error.message}`, { cause: error });
}
