// A command line that cannot be read is explained with the command's usage line, and ends with Docker's exit code.
import type { CliSession } from '../contracts/cli-session.ts';
import { textSink } from './cli-context.ts';
import { CliError } from './cli-error.ts';
import type { ParsedFlags, ParseRules } from './flags/parse-flags.ts';
import { FlagError, parseFlags } from './flags/parse-flags.ts';

const BAD_FLAG = 125;

interface Place {
  readonly path: string;
  readonly usageLine: string;
  /** Where Docker says that a flag is going away. */
  readonly notices?: 'stdout' | 'stderr';
}

/** @throws CliError */
export async function parseOrExplain(
  session: CliSession,
  argv: readonly string[],
  rules: ParseRules,
  { path, usageLine, notices = 'stdout' }: Place,
): Promise<ParsedFlags> {
  let parsed: ParsedFlags;
  try {
    parsed = parseFlags(argv, rules);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    throw new CliError(
      `${error.message}\n\nUsage:  ${usageLine}\n\nRun '${path} --help' for more information`,
      BAD_FLAG,
    );
  }
  for (const notice of parsed.notices) await textSink(session[notices]).line(notice);
  return parsed;
}
