// docker diff
import { exactly } from '../../argument-rule.ts';
import { CliError } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { pathId } from '../../engine/engine-client.ts';

interface FilesystemChange {
  readonly Kind: number;
  readonly Path: string;
}

const LETTERS = ['C', 'A', 'D'];

export const diff = defineCommand({
  use: 'diff CONTAINER',
  summary: 'Show which files a container changed, added and deleted',
  aliasLine: 'docker container diff, docker diff',
  arguments: exactly(1),
  flags: {},
  async run(context, { args: [name = ''] }) {
    if (name === '') throw new CliError('Container name cannot be empty');
    const changes = await context.engine.json<readonly FilesystemChange[] | null>(
      'GET',
      `/containers/${pathId('container', name)}/changes`,
    );
    await context.out.write((changes ?? []).map(({ Kind, Path }) => `${LETTERS[Kind] ?? ''} ${Path}\n`).join(''));
  },
});
