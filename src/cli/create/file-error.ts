// Errors of the learner's own files, in the words of Go's os package.
import { CliError, errorText } from '../cli-error.ts';
import { isDrydockError } from '../../contracts/errors.ts';

/** Linux errno numbers a file can fail with, and strerror's texts as Go has them. */
const REASONS: Readonly<Record<number, string>> = {
  1: 'operation not permitted',
  2: 'no such file or directory',
  5: 'input/output error',
  13: 'permission denied',
  17: 'file exists',
  20: 'not a directory',
  21: 'is a directory',
  28: 'no space left on device',
  30: 'read-only file system',
  36: 'file name too long',
  40: 'too many levels of symbolic links',
};

export function fileErrorReason(error: unknown): string {
  return (isDrydockError(error) && error.errno !== undefined ? REASONS[error.errno] : undefined) ?? errorText(error);
}

/** `open a.env: no such file or directory`. */
export function openError(path: string, error: unknown): CliError {
  // A directory opens well in Go, and fails only when it is read.
  const call = isDrydockError(error) && error.errno === 21 ? 'read' : 'open';
  return new CliError(`${call} ${path}: ${fileErrorReason(error)}`);
}
