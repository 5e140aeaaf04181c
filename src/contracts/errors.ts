// One error class with a closed list of codes: a code survives the worker boundary, an `instanceof` does not.

/**
 * What went wrong, for programs. The message is for people: it starts with the action and states the value.
 *
 * - `invalid-argument`, `not-found`, `conflict`, `forbidden`, `unauthorized`: the caller's; Docker answers 400, 404, 409, 403, 401.
 * - `not-modified`: nothing to do (Docker answers 304).
 * - `unavailable`: a peer (registry, network) could not be reached.
 * - `no-space`: what stores bytes is full; trying again does not help.
 * - `data-loss`: bytes did not match their digest or their format.
 * - `guest`: the guest kernel refused; `errno` carries its number.
 * - `machine`: the emulator or its channels failed.
 * - `cancelled`: the caller gave up.
 * - `internal`: a defect of ours.
 */
export type ErrorCode =
  | 'invalid-argument'
  | 'not-found'
  | 'conflict'
  | 'forbidden'
  | 'unauthorized'
  | 'not-modified'
  | 'unavailable'
  | 'no-space'
  | 'data-loss'
  | 'guest'
  | 'machine'
  | 'cancelled'
  | 'internal';

export interface ErrorDetails {
  /** Linux errno, for code `guest`. */
  readonly errno?: number;
  readonly cause?: unknown;
}

export class DrydockError extends Error {
  readonly code: ErrorCode;
  readonly errno: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DrydockError';
    this.code = code;
    this.errno = details.errno;
  }
}

/** True when `error` is ours, with one of `codes` if any are given. */
export function isDrydockError(error: unknown, ...codes: ErrorCode[]): error is DrydockError {
  return error instanceof DrydockError && (codes.length === 0 || codes.includes(error.code));
}
