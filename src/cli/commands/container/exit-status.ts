// How a container ended: asked for before it starts, so that a short one cannot slip away.
import type { CliContext } from '../../cli-context.ts';
import { errorText } from '../../cli-error.ts';
import { logError } from '../../log-line.ts';
import { pathId } from '../../engine/engine-client.ts';

export interface WaitAnswer {
  readonly StatusCode: number;
  readonly Error?: { readonly Message?: string } | null;
}

const UNKNOWN_STATUS = 125;

/**
 * The daemon watches from when this settles; the status comes later.
 * @param stop nobody wants the status any more
 * @param condition `removed` waits until an auto-removed container is gone
 */
export async function watchExit(
  context: CliContext,
  id: string,
  condition: 'next-exit' | 'removed',
  stop: AbortSignal,
): Promise<{ readonly status: Promise<number> }> {
  const complain = async (why: string): Promise<number> => {
    if (!context.signal.aborted && !stop.aborted) await logError(context, why);
    return UNKNOWN_STATUS;
  };
  try {
    const response = await context.engine.request('POST', `/containers/${pathId('container', id)}/wait`, {
      query: { condition },
      signal: stop,
    });
    const status = response.json().then(
      (answer: WaitAnswer) => {
        const message = answer.Error?.Message ?? '';
        return message === '' ? answer.StatusCode : complain(`Error waiting for container: ${message}`);
      },
      (error: unknown) => complain(`error waiting for container: ${errorText(error)}`),
    );
    return { status };
  } catch (error) {
    return { status: complain(`error waiting for container: ${errorText(error)}`) };
  }
}
