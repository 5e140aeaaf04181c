// docker help [command]
import type { CliContext } from './cli-context.ts';
import { helpColumns } from './cli-context.ts';
import { CliError } from './cli-error.ts';
import { commandGroups, findCommand, topLevelCommands } from './command-tree.ts';
import { commandHelp, groupHelp } from './help/render-help.ts';

const OWN_PAGE = 'Usage:  docker help [command]\n\nShow the help page of a command\n';

export async function runHelp(
  context: CliContext,
  argv: readonly string[],
  showRoot: () => Promise<void>,
): Promise<void> {
  const [name, ...rest] = argv.filter((word) => !word.startsWith('-'));
  if (name === 'help' || argv.some((word) => word === '--help' || word === '-h')) return context.out.write(OWN_PAGE);
  if (name === undefined) return showRoot();
  const group = commandGroups.find((candidate) => candidate.name === name);
  const inner = findCommand(group?.commands ?? [], rest[0] ?? '');
  const command = group === undefined ? findCommand(topLevelCommands, name) : inner;
  const left =
    group === undefined ? (command === undefined ? [name, ...rest] : rest) : inner === undefined ? rest : rest.slice(1);
  if (left.length > 0) throw new CliError(`unknown help topic: ${left.join(' ')}`);
  if (command === undefined) {
    if (group !== undefined) await context.out.write(groupHelp(group));
    return;
  }
  await context.out.write(
    commandHelp(command, group === undefined ? 'docker' : `docker ${group.name}`, helpColumns(context.session)),
  );
}
