// Reads a command line the way spf13/pflag does, so that whatever a learner types at Docker means the same here.
import { goQuote, goQuoteRune } from '../../shared/go-quote.ts';
import type { FlagTable } from './flag.ts';

export interface ParseRules {
  readonly flags: FlagTable;
  /** False: flags end at the first argument, so that `run IMAGE ls -l` leaves `-l` to `ls`. */
  readonly interspersed: boolean;
}

export interface ParsedFlags {
  readonly values: Record<string, unknown>;
  readonly changed: ReadonlySet<string>;
  readonly args: readonly string[];
  /** What pflag prints while it reads: deprecated spellings. */
  readonly notices: readonly string[];
}

/** A command line that pflag refuses. Docker prints the message with the command's usage line. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

/** @throws FlagError */
export function parseFlags(argv: readonly string[], { flags, interspersed }: ParseRules): ParsedFlags {
  const values: Record<string, unknown> = {};
  const changed = new Set<string>();
  const args: string[] = [];
  const notices: string[] = [];
  const shorts = new Map<string, string>();
  for (const [name, flag] of Object.entries(flags)) {
    values[name] = flag.initial;
    if (flag.short !== undefined) shorts.set(flag.short, name);
  }

  const set = (name: string, text: string): void => {
    const flag = flags[name];
    if (flag === undefined) return;
    const target = flag.aliasOf ?? name;
    try {
      values[target] = flag.set(values[target], text);
    } catch (error) {
      const label = flag.short === undefined ? `--${name}` : `-${flag.short}, --${name}`;
      throw new FlagError(`invalid argument ${goQuote(text)} for "${label}" flag: ${(error as Error).message}`);
    }
    changed.add(name);
    if (flag.deprecated !== undefined) notices.push(`Flag --${name} has been deprecated, ${flag.deprecated}`);
  };

  const queue = [...argv];
  const readLong = (argument: string): void => {
    const body = argument.slice(2);
    if (body.startsWith('-') || body.startsWith('=')) throw new FlagError(`bad flag syntax: ${argument}`);
    const equals = body.indexOf('=');
    const name = equals < 0 ? body : body.slice(0, equals);
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (flag === undefined) throw new FlagError(`unknown flag: --${name}`);
    const value = equals >= 0 ? body.slice(equals + 1) : (flag.bare ?? queue.shift());
    if (value === undefined) throw new FlagError(`flag needs an argument: ${argument}`);
    set(name, value);
  };

  const readShorts = (argument: string): void => {
    let rest = argument.slice(1);
    while (rest !== '') {
      const letter = String.fromCodePoint(rest.codePointAt(0) ?? 0);
      const name = shorts.get(letter);
      const flag = name === undefined ? undefined : flags[name];
      if (name === undefined || flag === undefined)
        throw new FlagError(`unknown shorthand flag: ${goQuoteRune(letter)} in -${rest}`);
      const after = rest.slice(letter.length);
      let value: string | undefined;
      let next = '';
      if (after.length > 1 && after.startsWith('=')) value = after.slice(1);
      else if (flag.bare !== undefined) [value, next] = [flag.bare, after];
      else if (after !== '') value = after;
      else value = queue.shift();
      if (value === undefined) throw new FlagError(`flag needs an argument: ${goQuoteRune(letter)} in -${rest}`);
      // Docker keeps -h for help only to say that it is going away.
      if (name === 'help') notices.push('Flag shorthand -h has been deprecated, use --help');
      set(name, value);
      rest = next;
    }
  };

  for (let argument = queue.shift(); argument !== undefined; argument = queue.shift()) {
    if (argument === '--') {
      args.push(...queue);
      break;
    }
    if (argument.startsWith('--')) readLong(argument);
    else if (argument.startsWith('-') && argument !== '-') readShorts(argument);
    else if (interspersed) args.push(argument);
    else {
      args.push(argument, ...queue);
      break;
    }
  }
  return { values, changed, args, notices };
}
