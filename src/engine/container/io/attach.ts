// One client attached to one process: a duplex stream whose input looks for the detach keys and whose output is framed.
import type { ByteDuplex } from '../../../contracts/streams.ts';
import type { ContainerLog } from './container-log.ts';
import { DetachScanner } from './detach-keys.ts';
import type { OutputName } from './stdcopy.ts';
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
  readonly replay?: ContainerLog;
  /** False: only the replay. */
  readonly stream: boolean;
  readonly onDetach: () => void;
}

export function openAttachment(io: ProcessIo, options: AttachOptions): ByteDuplex {
  const { stdin } = io;
  const output = io.hub.attach(options);
  if (options.replay !== undefined) replay(options.replay, (stream, bytes) => output.push(stream, bytes));
  if (!options.stream) output.end();

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

function replay(log: ContainerLog, push: (stream: OutputName, bytes: Uint8Array) => void): void {
  for (const record of log.from(0)) push(record.stream, record.bytes);
  push('stdout', log.pending('stdout'));
  push('stderr', log.pending('stderr'));
}
