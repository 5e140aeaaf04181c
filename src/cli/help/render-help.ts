// Help pages with Docker's layout.
import type { Command, CommandGroup } from '../command.ts';
import { commandName } from '../command.ts';
import type { FlagTable } from '../flags/flag.ts';
import { flagUsages } from './flag-usages.ts';

/** Docker aligns summaries behind the longest name, and behind 11 columns at least. */
const MIN_NAME_WIDTH = 11;

function commandList(rows: readonly { readonly name: string; readonly summary: string }[], width: number): string {
  return rows.map(({ name, summary }) => `  ${name.padEnd(width)} ${summary}`).join('\n');
}

function nameWidth(names: readonly string[]): number {
  return Math.max(MIN_NAME_WIDTH, ...names.map((name) => name.length));
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);
const rowOf = (command: Command) => ({ name: commandName(command), summary: command.summary });

/** Sections of a page with an empty line between them. */
function pageOf(sections: readonly string[]): string {
  return `${sections.join('\n\n')}\n`;
}

function experimentalNote(path: string): string {
  return (
    `EXPERIMENTAL:\n  Docker calls ${path} an experimental feature:\n` +
    '  another release may change it or be without it. More about that:\n  https://docs.docker.com/go/experimental/'
  );
}

/** `docker stop --help`; `prefix` is what stands before the command's name. */
export function commandHelp(command: Command, prefix: string, columns: number): string {
  const options = flagUsages(command.flags, columns);
  return pageOf([
    `Usage:  ${prefix} ${command.use}`,
    command.summary,
    ...(command.experimental === true ? [experimentalNote(`${prefix} ${commandName(command)}`)] : []),
    ...(command.aliasLine === undefined ? [] : [`Aliases:\n  ${command.aliasLine}`]),
    ...(options === '' ? [] : [`Options:\n${options}`]),
  ]);
}

/** `docker container --help`. */
export function groupHelp(group: CommandGroup): string {
  const listed = group.commands.filter(({ unlisted }) => unlisted !== true);
  const rows = listed.map(rowOf).sort(byName);
  return pageOf([
    `Usage:  docker ${group.name} COMMAND`,
    group.summary,
    ...(group.experimental === true ? [experimentalNote(`docker ${group.name}`)] : []),
    `Commands:\n${commandList(rows, nameWidth(rows.map(({ name }) => name)))}`,
    `Run 'docker ${group.name} COMMAND --help' for more information on a command.`,
  ]);
}

export interface RootHelp {
  readonly commands: readonly Command[];
  readonly groups: readonly CommandGroup[];
  readonly flags: FlagTable;
  readonly columns: number;
  /** A terminal shows the closing line in bold. */
  readonly bold: boolean;
}

/** `docker --help`. */
export function rootHelp({ commands, groups, flags, columns, bold }: RootHelp): string {
  const width = nameWidth([...commands.map(commandName), ...groups.map(({ name }) => name)]);
  const common = commands
    .filter(({ common }) => common !== undefined)
    .sort((a, b) => (a.common ?? 0) - (b.common ?? 0));
  const others = commands.filter(({ common }) => common === undefined);
  const more = 'For more help on how to use Docker, head to https://docs.docker.com/go/guides/';
  return pageOf([
    'Usage:  docker [OPTIONS] COMMAND',
    'Run containers: isolated processes, each with its own files, in this machine',
    `Common Commands:\n${commandList(common.map(rowOf), width)}`,
    `Management Commands:\n${commandList([...groups].sort(byName), width)}`,
    `Commands:\n${commandList(others.map(rowOf).sort(byName), width)}`,
    `Global Options:\n${flagUsages(flags, columns)}`,
    "Run 'docker COMMAND --help' for more information on a command.",
    bold ? `\x1b[1m${more}\x1b[0m` : more,
  ]);
}
