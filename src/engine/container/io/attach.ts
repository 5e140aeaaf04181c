// One client attached to one process: a duplex stream whose input looks for the detach keys and whose output is framed.
import type { ByteDuplex } from '../../../contracts/streams.ts';
import type { Clock } from '../../clock.ts';
import type { ContainerLog } from '../log/container-log.ts';
import { readLog } from '../log/read-log.ts';
import { DetachScanner } from './detach-keys.ts';
import type { OutputReader } from './output-hub.ts';
import type { ProcessIo } from './process-io.ts';

export interface AttachOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
  readonly multiplexed: boolean;
  /** Without a tty, end of input ends the process's stdin (`StdinOnce`); otherwise it only ends this attachment. */
  readonly closeStdin: boolean;
  readonly detachKeys: Uint8Array;
  /** First what the container wrote so far. */
  readonly replay?: { readonly log: ContainerLog; readonly clock: Clock };
  /** False: only the replay. */
  readonly stream: boolean;
  readonly onDetach: () => void;
}

export function openAttachment(io: ProcessIo, options: AttachOptions): ByteDuplex {
  const { stdin } = io;
  const output = io.hub.prepare(options);
  if (options.replay !== undefined) io.holdUntil(replayThenFollow(io, output, options));
  else follow(io, output, options);

  const takesInput = options.stdin && options.stream;
  const scanner = options.tty ? new DetachScanner(options.detachKeys) : undefined;
  const endOfInput = (): void => {
    if (!takesInput) return;
    if (options.closeStdin && !options.tty) stdin.close();
    else output.end();
  };
  const writable = new WritableStream<Uint8Array>({
    async write(chunk, controller) {
      if (!takesInput) return;
      if (scanner === undefined) return stdin.write(chunk);
      const { pass, detached } = scanner.scan(chunk);
      if (detached) {
        output.end();
        options.onDetach();
        controller.error(new Error('detached'));
      }
      await stdin.write(pass);
    },
    close: endOfInput,
    // A client that vanished gives no more input either.
    abort: endOfInput,
  });
  return { readable: output.readable, writable };
}

function follow(io: ProcessIo, output: OutputReader, { stream }: AttachOptions): void {
  if (stream) io.hub.add(output);
  else output.end();
}

/** The process's output waits meanwhile, so that nothing comes twice and nothing is left out. */
async function replayThenFollow(io: ProcessIo, output: OutputReader, options: AttachOptions): Promise<void> {
  const { phase } = io;
  if (options.replay !== undefined) await replay(io, output, options.replay).catch(() => undefined);
  const endedMeanwhile = phase % 2 === 1 && io.phase !== phase;
  follow(io, output, endedMeanwhile ? { ...options, stream: false } : options);
}

async function replay(io: ProcessIo, output: OutputReader, of: { log: ContainerLog; clock: Clock }): Promise<void> {
  const everything = { follow: false, tail: undefined, sinceMs: undefined, untilMs: undefined };
  for await (const entries of readLog(of.log, everything, of.clock, new AbortController().signal)) {
    if (output.isGone) return;
    const full = entries.filter(({ stream, bytes }) => !output.push(stream, bytes));
    if (full.length > 0) await io.hub.drained(output);
  }
  output.push('stdout', of.log.pending('stdout'));
  output.push('stderr', of.log.pending('stderr'));
}
