// A command that fails says one thing on stderr and one number to the shell: both travel together, from anywhere.

/** Ends the command: `message` goes to stderr unless it is empty. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** The text of whatever was thrown, as Docker would print it. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Go's errors.Join, as the commands that take several names use it. @throws CliError with a line for each, if any */
export function throwJoined(errors: readonly unknown[], exitCode = 1): void {
  if (errors.length > 0) throw new CliError(errors.map(errorText).join('\n'), exitCode);
}
