// docker top
import { atLeast } from '../../argument-rule.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';
import { alignTabs } from '../../format/tab-writer.ts';

interface ProcessList {
  readonly Titles: readonly string[];
  readonly Processes?: readonly (readonly string[])[] | null;
}

const TABS = { minWidth: 20, padding: 3 };

export const top = defineCommand({
  use: 'top CONTAINER [ps OPTIONS]',
  summary: 'Show the processes of a container',
  aliasLine: 'docker container top, docker top',
  arguments: atLeast(1),
  interspersed: false,
  flags: {},
  async run(context, { args: [name = '', ...psArguments] }) {
    const query = psArguments.length === 0 ? {} : { ps_args: psArguments.join(' ') };
    const path = `/containers/${pathId('container', name)}/top`;
    const { Titles, Processes } = await context.engine.json<ProcessList>('GET', path, { query });
    const lines = [Titles, ...(Processes ?? [])].map((cells) => `${cells.join('\t')}\n`);
    await context.out.write(alignTabs(lines.join(''), TABS));
  },
});
