// A mistake in how the command was typed: shown without a stack.

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The code `timeout(1)` gives a command that ran out of time. */
export const TIMED_OUT = 124;

/** @throws UsageError naming the value when it is not a positive number of seconds */
export function parseSeconds(value: string, flag: string): number {
  const seconds = Number(value);
  if (!Number.isFinite(seconds) || seconds <= 0) {
    throw new UsageError(`invalid argument "${value}" for ${flag}: give a number of seconds above 0`);
  }
  return seconds;
}
