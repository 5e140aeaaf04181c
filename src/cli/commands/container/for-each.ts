// Commands that take several containers do them at the same time, and still report in the order they were named.
import type { CliContext } from '../../cli-context.ts';
import { throwJoined } from '../../cli-error.ts';

const AT_ONCE = 50;

/** Prints each name that worked. @throws CliError with a line for each that did not */
export async function forEachContainer(
  context: CliContext,
  names: readonly string[],
  operate: (name: string) => Promise<void>,
  /** Says whether an error was dealt with. */
  tolerate: (error: unknown) => Promise<boolean> = () => Promise.resolve(false),
): Promise<void> {
  const results: Promise<{ error?: unknown }>[] = [];
  for (const [at, name] of names.entries()) {
    // A free place: the one that started so many before has ended.
    const before = results[at - AT_ONCE] ?? Promise.resolve();
    results.push(
      before
        .then(() => operate(name))
        .then(
          () => ({}),
          (error: unknown) => ({ error }),
        ),
    );
  }
  const errors: unknown[] = [];
  for (const [at, name] of names.entries()) {
    const result = await results[at];
    if (result === undefined || !('error' in result)) await context.out.line(name);
    else if (!(await tolerate(result.error))) errors.push(result.error);
  }
  throwJoined(errors);
}
