// What a command is. One file below commands/ declares one; the folder tree is the command tree.
import type { CliContext } from './cli-context.ts';
import type { ArgumentRule } from './argument-rule.ts';
import type { FlagTable, OptionsOf } from './flags/flag.ts';

/** A command line, read. */
export interface Invocation<F extends FlagTable> {
  readonly options: OptionsOf<F>;
  readonly args: readonly string[];
  /** Whether the user typed the flag, be it with its default value. */
  changed(flag: keyof F & string): boolean;
  /** How the command was called: `docker images`, `docker image ls`. */
  readonly path: string;
}

export interface Command<F extends FlagTable = FlagTable> {
  /** The usage line without `docker`: `stop [OPTIONS] CONTAINER [CONTAINER...]`. Its first word is the name. */
  readonly use: string;
  /** One line, in our own words. */
  readonly summary: string;
  /** Other names in the same place of the tree. */
  readonly aliases?: readonly string[];
  /** What the help lists under `Aliases:`. */
  readonly aliasLine?: string;
  /** Place among the top level's `Common Commands`. */
  readonly common?: number;
  /** Docker itself calls it so in its help. */
  readonly experimental?: boolean;
  /** Understood, but not in its group's list: what it works on does not exist on a single engine. */
  readonly unlisted?: boolean;
  readonly arguments: ArgumentRule;
  readonly flags: F;
  /** False where flags end at the first argument. */
  readonly interspersed?: boolean;
  // A method, so that a command with its own flags is still a Command.
  run(context: CliContext, invocation: Invocation<F>): Promise<void>;
}

/** `docker container`: only a place for commands. */
export interface CommandGroup {
  readonly name: string;
  /** Its usage in errors, where that is more than its name: Docker is not of one mind. */
  readonly use?: string;
  readonly summary: string;
  readonly experimental?: boolean;
  readonly commands: readonly Command[];
}

export function commandName(command: Command): string {
  return command.use.split(' ', 1)[0] ?? '';
}

/** Ties the options' types to the flags' declarations. */
export function defineCommand<const F extends FlagTable>(command: Command<F>): Command<F> {
  return command;
}
