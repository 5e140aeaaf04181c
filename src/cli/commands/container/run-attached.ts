// Attach, start, wait: the part that `docker run` and `docker start -a` share. The order matters: nothing the container
// writes may be lost, and its end must not be missed.
import type { CliContext } from '../../cli-context.ts';
import { pathId } from '../../engine/engine-client.ts';
import type { AttachedStreams } from '../../stream/attached-io.ts';
import { abortion } from '../../stream/abort.ts';
import { streamAttached } from '../../stream/attached-io.ts';
import { DetachedError } from '../../stream/detach-keys.ts';
import { forwardSignals } from '../../stream/forward-signals.ts';
import { followWindowSize } from '../../stream/tty-size.ts';
import { watchExit } from './exit-status.ts';

export interface RunAttached {
  readonly id: string;
  readonly autoRemove: boolean;
  /** `forward`: signals go to the container. */
  readonly signals: 'forward' | 'ignore';
  readonly streams: AttachedStreams;
  /** Dresses the daemon's refusal to start. */
  readonly startError: (error: unknown) => unknown;
}

/** The container's exit status; 0 when the user detached. */
export async function runAttached(
  context: CliContext,
  { id, autoRemove, signals, streams, startError }: RunAttached,
): Promise<number> {
  const path = `/containers/${pathId('container', id)}`;
  const forwarding = forwardSignals(context, signals === 'forward' ? id : undefined);
  const attachment = new AbortController();
  const over = new AbortController();
  let unfollow: () => void = () => undefined;
  try {
    const { stream } = await context.engine.upgrade(`${path}/attach`, {
      query: {
        stream: '1',
        ...(streams.stdin ? { stdin: '1' } : {}),
        ...(streams.stdout ? { stdout: '1' } : {}),
        ...(streams.stderr ? { stderr: '1' } : {}),
        ...(streams.detachKeys === '' ? {} : { detachKeys: streams.detachKeys }),
      },
    });
    const attachedContext = { ...context, signal: AbortSignal.any([context.signal, attachment.signal]) };
    const streaming = streamAttached(attachedContext, stream, streams);
    streaming.catch(() => undefined);
    const { status } = await watchExit(context, id, autoRemove ? 'removed' : 'next-exit', over.signal);
    try {
      await context.engine.send('POST', `${path}/start`);
    } catch (error) {
      attachment.abort();
      await streaming.catch(() => undefined);
      if (autoRemove) await status;
      throw startError(error);
    }
    if (streams.tty && context.session.terminal.stdout) unfollow = followWindowSize(context, path);
    const finished = async (): Promise<number> => {
      // With nothing to show, the end of the container is the end of it all.
      if (!streams.stdout && !streams.stderr) {
        const code = await Promise.race([status, streaming.then(() => status)]);
        attachment.abort();
        return code;
      }
      await streaming;
      return status;
    };
    return await Promise.race([finished(), forwarding.insisted, abortion(context.signal)]);
  } catch (error) {
    if (error instanceof DetachedError) return 0;
    throw error;
  } finally {
    attachment.abort();
    over.abort();
    unfollow();
    forwarding.stop();
  }
}
