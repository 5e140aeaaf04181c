// One row of the table: command lines that two clients are given, each on an engine in the same state.
import type { ClientResult } from './run-client.ts';

export interface CommandLine {
  /** `docker` left out; several commands on the same engine are parted by ` ; `. Quotes as in a shell. */
  readonly line: string;
  readonly stdin?: string;
  /** Files in the working directory. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A line that needs nothing else is written as a text. */
export type Row = string | CommandLine;

/** The whole argument lists of a row. @throws Error for an open quote */
export function commandsOf({ line }: CommandLine): string[][] {
  return line.split(' ; ').map(wordsOf);
}

function wordsOf(command: string): string[] {
  const words: string[] = [];
  for (const [word] of command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    words.push(word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''));
  }
  return words;
}

export const keyOf = ({ line, stdin, env }: CommandLine): string =>
  [
    line,
    ...(stdin === undefined ? [] : [`<<< ${JSON.stringify(stdin)}`]),
    ...Object.entries(env ?? {}).map((pair) => pair.join('=')),
  ].join(' ');

const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  // Ids and digests, whole and short.
  [/\b[0-9a-f]{64}\b/g, '<id>'],
  // One in 280 short ids has no letter; nothing else that is printed has twelve digits.
  [/\b[0-9a-f]{12}\b/g, '<short id>'],
  // Times.
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, '<time>'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC/g, '<time>'],
  [/\b(Less than a second|\d+ seconds?|About a minute)\b/g, '<moment>'],
];

export function normalized(result: ClientResult): ClientResult {
  const neutral = (text: string) => {
    const replaced = REPLACEMENTS.reduce((rest, [pattern, name]) => rest.replace(pattern, name), text);
    // A column is as wide as the moment in it.
    return replaced.includes('<moment>') ? replaced.replace(/ {2,}/g, '   ') : replaced;
  };
  return { exitCode: result.exitCode, stdout: neutral(result.stdout), stderr: neutral(result.stderr) };
}
