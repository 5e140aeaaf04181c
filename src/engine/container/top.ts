// docker top: the host's `ps`, of the container's processes only.
import type { ContainerTopResponse } from '@docker/node-sdk';
import { DrydockError } from '../../contracts/errors.ts';
import { emitContainerEvent } from './container-context.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import { readText } from './read-text.ts';
import { DEFAULT_PATH } from './spec/environment.ts';

/** @throws DrydockError `conflict` when it does not run, `internal` with the words of ps */
export async function topOf(
  context: ContainerContext,
  container: Container,
  psArgs: string,
): Promise<ContainerTopResponse> {
  for (const [, key = '', value = ''] of psArgs.matchAll(/\s+([^\s]*)=\s*(PID[^\s]*)/g)) {
    if (key !== 'pid') throw new DrydockError('internal', `specifying "${key}=${value}" is not allowed`);
  }
  const { state, id } = container;
  if (!state.running) throw new DrydockError('conflict', `container ${id} is not running`);
  if (state.restarting) {
    throw new DrydockError('conflict', `Container ${id} is restarting, wait until the container is running`);
  }
  const [{ 'cgroup.procs': procs = '' }, output] = await Promise.all([
    context.runtime.cgroup(container.id, ['cgroup.procs']),
    ps(context, psArgs === '' ? ['-ef'] : psArgs.split(' ')),
  ]);
  const pids = new Set(procs.split('\n').filter((line) => line !== ''));
  const [header = '', ...lines] = output.split('\n').filter((line) => line !== '');
  const titles = fieldsOf(header);
  const pidColumn = titles.indexOf('PID');
  if (pidColumn < 0) throw new DrydockError('internal', "Couldn't find PID field in ps output");
  emitContainerEvent(context, container, 'top');
  return {
    Titles: titles,
    Processes: lines
      .map(fieldsOf)
      .filter((fields) => pids.has(fields[pidColumn] ?? ''))
      // The last column is the command, with its spaces.
      .map((fields) => [...fields.slice(0, titles.length - 1), fields.slice(titles.length - 1).join(' ')]),
  };
}

async function ps({ runtime }: ContainerContext, args: readonly string[]): Promise<string> {
  const task = await runtime.spawn({
    argv: ['ps', ...args],
    env: { PATH: DEFAULT_PATH },
    cwd: '/',
    stdio: { stdin: false, tty: false },
  });
  const [output, errors, { exitCode }] = await Promise.all([readText(task.stdout), readText(task.stderr), task.exited]);
  if (exitCode !== 0)
    throw new DrydockError('internal', `ps: ${errors.split('\n', 1)[0] || `exit status ${exitCode}`}`);
  return output;
}

function fieldsOf(line: string): string[] {
  return line.split(/\s+/).filter((field) => field !== '');
}
