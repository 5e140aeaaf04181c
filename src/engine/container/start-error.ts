// A start that the OCI runtime refused: its words in Docker's wrapping, and the exit code that Docker gives for them.
import { DrydockError } from '../../contracts/errors.ts';
import { runtimeWords } from './runtime-words.ts';

export interface StartFailure {
  /** 126: cannot be run, 127: not found, 128: anything else. */
  readonly exitCode: number;
  readonly error: DrydockError;
}

const NOT_RUNNABLE = 126;
const NOT_FOUND = 127;
const UNKNOWN = 128;

/**
 * @param cause what the runtime port threw
 * @param command the first word of what was to run
 */
export function startFailure(cause: unknown, command: string): StartFailure {
  const words = runtimeWords(cause, command);
  const where = words.startsWith('exec') ? 'unable to start container process: error during container init: ' : '';
  const what = 'failed to create task for container: failed to create shim task: OCI runtime create failed';
  return classify(`${what}: crun create failed: ${where}${words}: unknown`, cause);
}

/** As `startFailure`, in the words for an exec. */
export function execFailure(cause: unknown, command: string): StartFailure {
  return classify(
    `OCI runtime exec failed: exec failed: unable to start container process: ${runtimeWords(cause, command)}: unknown`,
    cause,
  );
}

function classify(message: string, cause: unknown): StartFailure {
  const lower = message.toLowerCase();
  const failure = (exitCode: number, text: string): StartFailure => ({
    exitCode,
    error: new DrydockError(exitCode === UNKNOWN ? 'internal' : 'invalid-argument', text, { cause }),
  });
  if (lower.includes('permission denied')) return failure(NOT_RUNNABLE, message);
  // The docker client looks for these words to choose its exit code.
  if (lower.includes('is a directory')) return failure(NOT_RUNNABLE, `${message}: permission denied`);
  if (lower.includes('not a directory')) {
    const hint =
      'Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type';
    return failure(NOT_FOUND, `${message}: ${hint}`);
  }
  if (/executable file.*not found|no such file or directory/.test(lower)) return failure(NOT_FOUND, message);
  return failure(UNKNOWN, message);
}
