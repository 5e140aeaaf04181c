// Asks the engine to pull, and shows how it goes. Used by `docker pull` and by `docker run` for a missing image.
import type { CliContext, TextSink } from '../cli-context.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { authConfigOf, encodeAuthConfig, keyOf } from '../registry/auth-config.ts';
import { showProgress } from '../stream/progress.ts';

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
  const auth = authConfigOf(await context.config(), keyOf(reference.name.split('/', 1)[0] ?? ''));
  const response = await context.engine.request('POST', '/images/create', {
    query: {
      fromImage: reference.name,
      ...(request.allTags === true ? {} : { tag: reference.digest ?? reference.tag ?? 'latest' }),
      ...(platform === '' ? {} : { platform: platform.toLowerCase() }),
    },
    headers: { 'x-registry-auth': encodeAuthConfig(auth) },
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
