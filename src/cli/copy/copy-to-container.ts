// docker cp SOURCE CONTAINER:PATH
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { ContainerFiles } from './container-files.ts';
import type { ContainerPath } from './container-files.ts';
import type { CopyRequest } from './copy-from-container.ts';
import { CopyProgress } from './copy-progress.ts';
import { planCopy } from './copy-plan.ts';
import { isAbsolute, join, splitEntry } from './go-path.ts';
import { localPath, localSource } from './local-files.ts';

export async function copyToContainer(context: CliContext, request: CopyRequest): Promise<void> {
  const { session } = context;
  const named = `destination "${request.container}:${request.destination}"`;
  const container = new ContainerFiles(context.engine, request.container);
  const target = await followed(container, request.destination);
  const { path, found } = target;
  if (found?.problem !== undefined) {
    throw new CliError(`${named} must be a directory or a regular file: ${found.problem}`);
  }
  const isDirectory = found?.isDirectory ?? false;
  const progress = new CopyProgress(context, 'to', request.quiet);
  let directory = path;
  let content = session.stdin;
  if (request.source === '-') {
    if (!isDirectory) throw new CliError(`${named} must be a directory`);
  } else {
    const source = await localSource(session.files, localPath(session, request.source), request.followLink);
    const plan = planCopy(source, { path, exists: found !== undefined, isDirectory });
    directory = plan.directory;
    content = progress.through(session.files.pack(source.path, plan.to));
  }
  await progress.around(() => container.write(directory, content, request.copyUidGid), `${request.container}:${path}`);
}

/** The destination, or where it leads; nothing is found where nothing is, or where the daemon would not say. */
async function followed(
  container: ContainerFiles,
  path: string,
): Promise<{ readonly path: string; readonly found: ContainerPath | undefined }> {
  const found = await look(container, path);
  if (found?.isLink !== true) return { path, found };
  const [parent] = splitEntry(path);
  const target = isAbsolute(found.linkTarget) ? found.linkTarget : join(parent, found.linkTarget);
  return { path: target, found: await look(container, target) };
}

async function look(container: ContainerFiles, path: string): Promise<ContainerPath | undefined> {
  return container.stat(path).catch(() => undefined);
}
