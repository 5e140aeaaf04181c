// Connects the user's terminal to an attached container or exec: both directions, raw mode, detach keys.
import type { ByteDuplex } from '../../contracts/streams.ts';
import type { CliContext } from '../cli-context.ts';
import { DetachedError, DetachKeys } from './detach-keys.ts';
import { copyMultiplexed, copyRaw } from './stdcopy.ts';

export interface AttachedStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
  readonly detachKeys: string;
}

const discard = { write: () => Promise.resolve() };

/** Sends what is typed. Resolves at the end of the input, or with `detached` when the keys came. */
async function pumpInput(
  context: CliContext,
  connection: ByteDuplex,
  streams: AttachedStreams,
  stop: AbortSignal,
): Promise<'end' | 'detached'> {
  const writer = connection.writable.getWriter();
  // The other side may close first; that shows in its output.
  writer.closed.catch(() => undefined);
  if (!streams.stdin) {
    await writer.close().catch(() => undefined);
    return 'end';
  }
  const keys = streams.tty ? new DetachKeys(streams.detachKeys) : undefined;
  const reader = context.session.stdin.getReader();
  const giveUp = () => void reader.cancel().catch(() => undefined);
  stop.addEventListener('abort', giveUp, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const { passed, detached } = keys?.feed(value) ?? { passed: value, detached: false };
      if (passed.length > 0) await writer.write(passed);
      if (detached) {
        await writer.close().catch(() => undefined);
        return 'detached';
      }
    }
    await writer.close();
  } catch {
    // Nobody reads what is typed any more: the container's own end says what happened.
  } finally {
    stop.removeEventListener('abort', giveUp);
    reader.releaseLock();
  }
  return 'end';
}

async function copyOutput(
  context: CliContext,
  connection: ByteDuplex,
  streams: AttachedStreams,
  stop: AbortSignal,
): Promise<void> {
  const { stdout, stderr } = context.session;
  if (streams.tty && streams.stdout) await copyRaw(connection.readable, stdout, stop);
  else
    await copyMultiplexed(
      connection.readable,
      streams.stdout ? stdout : discard,
      streams.stderr ? stderr : discard,
      stop,
    );
}

/**
 * Returns when the output has ended, or the input where there is no output to wait for.
 * @throws DetachedError when the user pressed the detach keys
 */
export async function streamAttached(
  context: CliContext,
  connection: ByteDuplex,
  streams: AttachedStreams,
): Promise<void> {
  const raw =
    streams.stdin && streams.tty && context.session.terminal.stdin && (context.session.env['NORAW'] ?? '') === '';
  if (raw) await context.session.setRawMode(true);
  const finished = new AbortController();
  const stop = AbortSignal.any([finished.signal, context.signal]);
  const hasOutput = streams.stdout || streams.stderr;
  const input = pumpInput(context, connection, streams, stop);
  const output = hasOutput ? copyOutput(context, connection, streams, stop) : undefined;
  // A detached session leaves the output behind; its later end must not count as unhandled.
  output?.catch(() => undefined);
  const gone = new Promise<'gone'>((resolve) => stop.addEventListener('abort', () => resolve('gone'), { once: true }));
  try {
    const first = await Promise.race([
      input,
      gone,
      ...(output === undefined ? [] : [output.then(() => 'output' as const)]),
    ]);
    if (first === 'detached') throw new DetachedError();
    if (first === 'end' && output !== undefined) {
      await Promise.race([output, gone]);
    }
  } finally {
    finished.abort();
    if (raw) await context.session.setRawMode(false);
  }
}
