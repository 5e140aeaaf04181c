// Asks the engine to pull, and shows how it goes. Used by `docker pull` and by `docker run` for a missing image.
import type { CliContext, TextSink } from '../cli-context.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { showProgress } from '../stream/progress.ts';

/** An empty login, base64 of `{}`: Docker's client always sends one. */
const NO_CREDENTIALS = 'e30=';

export interface PullRequest {
  readonly reference: ImageReference;
  readonly platform: string;
  readonly allTags?: boolean;
  /** Where progress goes; undefined shows none. */
  readonly out: TextSink | undefined;
  readonly isTerminal: boolean;
}

/** @throws when the daemon refuses, or reports a failure on the way */
export async function pullImage(context: CliContext, request: PullRequest): Promise<void> {
  const { reference, platform } = request;
  const response = await context.engine.request('POST', '/images/create', {
    query: {
      fromImage: reference.name,
      ...(request.allTags === true ? {} : { tag: reference.digest ?? reference.tag ?? 'latest' }),
      ...(platform === '' ? {} : { platform: platform.toLowerCase() }),
    },
    headers: { 'x-registry-auth': NO_CREDENTIALS },
  });
  if (response.body === null) return;
  const silent: TextSink = { write: () => Promise.resolve(), line: () => Promise.resolve() };
  await showProgress(
    response.body,
    request.out ?? silent,
    { isTerminal: request.isTerminal && request.out !== undefined, columns: context.session.windowSize()?.cols },
    context.signal,
  );
}
