// Creates a container, pulling the image when it must: the first half of `docker run`, the whole of `docker create`.
import type { CliContext } from '../cli-context.ts';
import { CliError, errorText } from '../cli-error.ts';
import { goQuote } from '../../shared/go-quote.ts';
import { isNotFound } from '../engine/engine-client.ts';
import { familiarString, isImageId, parseImageReference, withDefaultTag } from '../reference/image-reference.ts';
import { openCidFile } from './cid-file.ts';
import type { ContainerOptions, CreateRequest } from './create-request.ts';
import { isLoopback } from './ip-address.ts';
import { formatPlatform, parsePlatform } from './platform.ts';
import { pullImage } from './pull-image.ts';

export type PullPolicy = 'always' | 'missing' | 'never' | '';

/** @throws CliError in Docker's words */
export function checkPullPolicy(text: string): PullPolicy {
  if (text === 'always' || text === 'missing' || text === 'never' || text === '') return text;
  const choices = `${goQuote('always')}, ${goQuote('missing')} or ${goQuote('never')}`;
  throw new CliError(`invalid pull option: '${text}': must be one of ${choices}`);
}

interface CreateAnswer {
  readonly Id: string;
  readonly Warnings?: readonly string[] | null;
}

/** @returns the container's ID */
export async function createContainer(
  context: CliContext,
  request: CreateRequest,
  options: ContainerOptions,
  pull: PullPolicy,
): Promise<string> {
  const cidFile = await openCidFile(context.session, options.cidfile);
  try {
    const reference = isImageId(request.Image) ? undefined : withDefaultTag(parseImageReference(request.Image));
    const query = { ...createPlatform(options.platform), ...(options.name === '' ? {} : { name: options.name }) };
    const pullNow = (): Promise<void> =>
      pullImage(context, {
        reference: withDefaultTag(parseImageReference(request.Image)),
        platform: options.platform,
        out: options.quiet ? undefined : context.err,
        isTerminal: context.session.terminal.stderr,
      });
    if (pull === 'always') await pullNow();
    const size = context.session.terminal.stdout ? context.session.windowSize() : undefined;
    request.HostConfig.ConsoleSize = [size?.rows ?? 0, size?.cols ?? 0];
    const create = () => context.engine.json<CreateAnswer>('POST', '/containers/create', { query, body: request });
    const answer = await create().catch(async (error: unknown) => {
      if (!isNotFound(error) || reference === undefined || pull !== 'missing') throw error;
      if (!options.quiet) await context.err.line(`Unable to find image '${familiarString(reference)}' locally`);
      await pullNow();
      return create();
    });
    for (const warning of [...(answer.Warnings ?? []), ...dnsWarnings(request)])
      await context.err.line(`WARNING: ${warning}`);
    await cidFile.write(answer.Id);
    return answer.Id;
  } finally {
    await cidFile.close();
  }
}

function createPlatform(text: string): Record<string, string> {
  if (text === '') return {};
  try {
    return { platform: formatPlatform(parsePlatform(text)) };
  } catch (error) {
    throw new CliError(`error parsing specified platform: ${errorText(error)}`);
  }
}

function dnsWarnings(request: CreateRequest): string[] {
  const local = request.HostConfig.Dns.find(isLoopback);
  return local === undefined ? [] : [`Localhost DNS (${local}) may fail in containers.`];
}
