// A start that the OCI runtime refused: its words in Docker's wrapping, and the exit code that Docker gives for them.
import { DrydockError } from '../../contracts/errors.ts';

export interface StartFailure {
  /** 126: cannot be run, 127: not found, 128: anything else. */
  readonly exitCode: number;
  readonly error: DrydockError;
}

const NOT_RUNNABLE = 126;
const NOT_FOUND = 127;
const UNKNOWN = 128;

export function startFailure(error: unknown): StartFailure {
  return classify(
    `failed to create task for container: failed to create shim task: OCI runtime create failed: ${runtimeWords(error)}: unknown`,
    error,
  );
}

export function execFailure(error: unknown): StartFailure {
  return classify(`OCI runtime exec failed: exec failed: ${runtimeWords(error)}: unknown`, error);
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

// On a terminal crun signs its messages and ends the line; in its log, which Docker quotes, it does not.
function runtimeWords(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().replace(/^(?:crun: |\d{4}-\d\d-\d\dT\S+: )/, '');
}
