// --storage-opt: the driver could only limit the size on a file system with project quotas, which tmpfs has not.
import { DrydockError } from '../../contracts/errors.ts';

/** @throws DrydockError `internal` in the words of Docker's overlay2 driver (daemon/graphdriver/overlay2/overlay.go) */
export function requireStorageOptions(options: Readonly<Record<string, string>>): void {
  if ('size' in options) {
    throw new DrydockError(
      'internal',
      "--storage-opt is supported only for overlay over xfs with 'pquota' mount option",
    );
  }
  const [unknown] = Object.keys(options);
  if (unknown !== undefined) throw new DrydockError('internal', `Unknown option ${unknown.toLowerCase()}`);
}
