// docker cp CONTAINER:PATH DEST
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { ContainerFiles } from './container-files.ts';
import { CopyProgress } from './copy-progress.ts';
import { planCopy } from './copy-plan.ts';
import { isAbsolute, join, rebaseName, splitEntry } from './go-path.ts';
import { localPath, localTarget, requireOutputPath } from './local-files.ts';

export interface CopyRequest {
  readonly container: string;
  /** Where from and where to; one of them is in the container. */
  readonly source: string;
  readonly destination: string;
  readonly followLink: boolean;
  readonly copyUidGid: boolean;
  readonly quiet: boolean;
}

export async function copyFromContainer(context: CliContext, request: CopyRequest): Promise<void> {
  const { session } = context;
  const toStdout = request.destination === '-';
  const destination = toStdout ? '-' : localPath(session, request.destination);
  if (!toStdout) await requireOutputPath(session.files, destination);
  const container = new ContainerFiles(context.engine, request.container);
  const { path, rebase } = await followed(container, request);
  const { stat, tar } = await container.read(path);
  if (toStdout) return toOutput(context, tar);

  const progress = new CopyProgress(context, 'from', request.quiet);
  await progress.around(async () => {
    try {
      const target = await localTarget(session.files, destination);
      const plan = planCopy({ path, isDirectory: stat.isDirectory, rebase }, target);
      const [, top] = splitEntry(path);
      const from = top === '/' ? '' : top;
      await session.files.unpack(plan.directory, progress.through(tar), {
        noOverwrite: true,
        ...(from !== plan.to && { rename: [from, plan.to] as const }),
      });
    } catch (error) {
      // The engine stops packing what nobody takes.
      if (!tar.locked) await tar.cancel().catch(() => undefined);
      throw error;
    }
  }, destination);
}

/** With -L, where a link leads; a path that cannot be looked at is left for the copy to fail on. */
async function followed(
  container: ContainerFiles,
  { source, followLink }: CopyRequest,
): Promise<{ readonly path: string; readonly rebase: string }> {
  const found = followLink ? await container.stat(source).catch(() => undefined) : undefined;
  if (found?.isLink !== true) return { path: source, rebase: '' };
  const [parent] = splitEntry(source);
  return rebaseName(source, isAbsolute(found.linkTarget) ? found.linkTarget : join(parent, found.linkTarget));
}

async function toOutput({ session }: CliContext, tar: ReadableStream<Uint8Array>): Promise<void> {
  for await (const piece of tar) await session.stdout.write(piece);
}

/** `CONTAINER:PATH`, or a path alone: one that starts with `/` or `.` may hold colons. */
export function splitArgument(argument: string): { readonly container: string; readonly path: string } {
  const colon = argument.indexOf(':');
  const local = isAbsolute(argument) || colon < 0 || argument.startsWith('.');
  if (local) return { container: '', path: argument };
  return { container: argument.slice(0, colon), path: argument.slice(colon + 1) };
}

/** @throws CliError when neither or both are in a container */
export function requireOneContainer(from: string, to: string): void {
  if (from !== '' && to !== '') throw new CliError('copying between containers is not supported');
  if (from === '' && to === '') throw new CliError('must specify at least one container source');
}
