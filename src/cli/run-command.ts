// From a command's name to its run: flags, help, the daemon's limits, the number of arguments; in Docker's order.
import { checkArguments } from './argument-rule.ts';
import type { CliContext } from './cli-context.ts';
import { helpColumns } from './cli-context.ts';
import { CliError } from './cli-error.ts';
import type { Command, CommandGroup } from './command.ts';
import { commandName } from './command.ts';
import { findCommand } from './command-tree.ts';
import type { FlagTable } from './flags/flag.ts';
import { helpFlag } from './global-flags.ts';
import { commandHelp, groupHelp } from './help/render-help.ts';
import { parseOrExplain } from './parse-or-explain.ts';

/** Flags of daemons that ours is not. @throws CliError */
function checkSupported(flags: FlagTable, changed: ReadonlySet<string>): void {
  const problems = [...changed].sort().flatMap((name) => {
    const needs = flags[name]?.needs;
    if (needs === undefined) return [];
    const where =
      needs === 'windows'
        ? 'a Docker daemon running on windows, but the Docker daemon is running on linux'
        : 'a Docker daemon with experimental features enabled';
    return [`"--${name}" is only supported on ${where}`];
  });
  if (problems.length > 0) throw new CliError(problems.join('\n'));
}

/** @param prefix what stands before the command's name: `docker`, `docker container` */
export async function runCommand(
  context: CliContext,
  command: Command,
  prefix: string,
  argv: readonly string[],
): Promise<void> {
  const path = `${prefix} ${commandName(command)}`;
  const usageLine = `${prefix} ${command.use}`;
  // Where -h means something else, help has no letter.
  const flags = 'help' in command.flags ? command.flags : { ...command.flags, ...helpFlag };
  const parsed = await parseOrExplain(
    context.session,
    argv,
    { flags, interspersed: command.interspersed ?? true },
    { path, usageLine },
  );
  if (parsed.values['help'] === true)
    return context.out.write(commandHelp(command, prefix, helpColumns(context.session)));
  checkSupported(flags, parsed.changed);
  checkArguments(command.arguments, parsed.args.length, path, usageLine);
  await command.run(context, {
    options: parsed.values,
    args: parsed.args,
    changed: (flag) => parsed.changed.has(flag),
    path,
  });
}

export async function runGroup(context: CliContext, group: CommandGroup, argv: readonly string[]): Promise<void> {
  const path = `docker ${group.name}`;
  const isHelp = (word: string | undefined) => word === '--help' || word === '-h';
  // `docker container --help ls` is the help of ls.
  const at = argv.findIndex((word) => !isHelp(word));
  const command = findCommand(group.commands, argv[at] ?? '');
  if (command !== undefined) return runCommand(context, command, path, [...argv.slice(0, at), ...argv.slice(at + 1)]);
  const parsed = await parseOrExplain(
    context.session,
    argv,
    { flags: helpFlag, interspersed: true },
    { path, usageLine: `docker ${group.use ?? group.name}` },
  );
  if (parsed.values['help'] === true) return context.out.write(groupHelp(group));
  const [unknown] = parsed.args;
  if (unknown === undefined) return context.err.write(groupHelp(group));
  throw new CliError(
    `docker: unknown command: ${path} ${unknown}\n\nUsage:  docker ${group.use ?? group.name}\n\nRun '${path} --help' for more information`,
  );
}
