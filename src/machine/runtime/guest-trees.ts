// Trees of files through emulator/tree, one process for each operation: it enters the view, so that the kernel confines it,
// and is killed when nobody waits for it any more.
import type {
  HostTrees,
  PackOptions,
  TreeChange,
  TreeStat,
  TreeView,
  UnpackOptions,
} from '../../contracts/host-trees.ts';
import { DrydockError } from '../../contracts/errors.ts';
import type { IdMappings, RootfsPaths } from '../../contracts/runtime.ts';
import { ERRNO } from '../errno.ts';
import type { AgentCalls } from './agent-calls.ts';
import { exitCodeOf, startProcess } from './guest-process.ts';
import type { GuestProcess } from './guest-process.ts';
import { mapText } from './id-map.ts';

const PROGRAM = '/usr/bin/drydock-tree';
const KINDS: Readonly<Record<string, TreeChange['kind']>> = { A: 'added', C: 'modified', D: 'deleted' };
const SIGKILL = 9;

export class GuestTrees implements HostTrees {
  readonly #calls: AgentCalls;
  #idArguments: readonly string[] = [];

  constructor(calls: AgentCalls) {
    this.#calls = calls;
  }

  /** Owners in archives are those inside from now on. */
  useIds(ids: IdMappings | undefined): void {
    this.#idArguments = ids === undefined ? [] : ['--ids', mapText(ids.uids), mapText(ids.gids)];
  }

  async stat(view: TreeView, path: string, follow: boolean): Promise<TreeStat> {
    const answer = await this.#answer([...viewArguments(view), 'stat', ...(follow ? ['--follow'] : []), '--', path]);
    const [mode = '', bytes, modifiedS, modifiedNs, target = ''] = answer.split('\0');
    return {
      mode: Number.parseInt(mode, 8),
      bytes: Number(bytes),
      modifiedS: Number(modifiedS),
      modifiedNs: Number(modifiedNs),
      target,
    };
  }

  async pack(view: TreeView, path: string, options: PackOptions): Promise<ReadableStream<Uint8Array>> {
    const flags = [
      ...(options.name === undefined ? ['--contents'] : []),
      ...(options.whiteouts ? ['--whiteouts'] : []),
    ];
    const process = await this.#start([...viewArguments(view), 'pack', ...flags, '--', path, options.name ?? '']);
    return this.#outputOf(process);
  }

  async unpack(
    view: TreeView,
    directory: string,
    tar: ReadableStream<Uint8Array>,
    { owner, noOverwrite }: UnpackOptions,
  ): Promise<void> {
    const ownership = owner === undefined ? ['--keep-owner'] : ['--owner', `${owner.uid}:${owner.gid}`];
    const flags = [...ownership, ...(noOverwrite ? ['--no-overwrite'] : [])];
    const process = await this.#start([...viewArguments(view), 'unpack', ...flags, '--', directory], true);
    const failure = this.#failureOf(process);
    try {
      await tar.pipeTo(process.stdin);
    } catch (error) {
      await this.#kill(process);
      // It gave up before the end of its input, and knows better why.
      const reason = await failure;
      throw reason?.errno === undefined ? error : reason;
    }
    const reason = await failure;
    if (reason !== undefined) throw reason;
  }

  async changes({ upper, lower, merged }: RootfsPaths): Promise<TreeChange[]> {
    const records = (await this.#answer(['changes', upper, lower, merged])).split('\0');
    return records.flatMap((record) => {
      const kind = KINDS[record.charAt(0)];
      return kind === undefined ? [] : [{ kind, path: record.slice(1) }];
    });
  }

  async usage(directory: string): Promise<number> {
    return Number(await this.#answer(['usage', directory]));
  }

  #start(args: readonly string[], stdin = false): Promise<GuestProcess> {
    const request = { argv: [PROGRAM, ...this.#idArguments, ...args], env: [], cwd: '/', stdio: { stdin, tty: false } };
    return this.#calls.withSession((session) => startProcess(session, request));
  }

  async #answer(args: readonly string[]): Promise<string> {
    const process = await this.#start(args);
    const [text, failure] = await Promise.all([readText(process.stdout), this.#failureOf(process)]);
    if (failure !== undefined) throw failure;
    return text;
  }

  /** What it prints; a failure takes the place of the end. */
  #outputOf(process: GuestProcess): ReadableStream<Uint8Array> {
    const failure = this.#failureOf(process);
    const reader = process.stdout.getReader();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          const reason = await failure;
          if (reason === undefined) controller.close();
          else controller.error(reason);
        },
        cancel: async (reason) => {
          await this.#kill(process);
          await reader.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** @returns undefined when it ended well */
  async #failureOf(process: GuestProcess): Promise<DrydockError | undefined> {
    const [text, end] = await Promise.all([readText(process.stderr).catch(() => ''), process.end]);
    if (end?.code === 0 && end.signal === 0) return undefined;
    const [, number, message] = /^(\d+) (.*)/.exec(text) ?? [];
    if (message !== undefined) return new DrydockError('guest', message, { errno: Number(number) });
    return new DrydockError('guest', `Cannot move files: ${PROGRAM} ended with ${exitCodeOf(end)}`);
  }

  async #kill({ pid }: GuestProcess): Promise<void> {
    await this.#calls.do({ type: 'signal', pid, signal: SIGKILL }).catch((error: unknown) => {
      if (!(error instanceof DrydockError) || error.errno !== ERRNO.ESRCH) throw error;
    });
  }
}

function viewArguments({ root, mounts }: TreeView): string[] {
  const mounted = mounts.flatMap(({ source, target, readOnly }) => ['--mount', source, target, readOnly ? 'ro' : 'rw']);
  return ['--root', root, ...mounted];
}

async function readText(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of stream) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}
