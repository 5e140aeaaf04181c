// The two endpoints that take over the connection: attach, and an exec's start.
import { MULTIPLEXED_STREAM, RAW_STREAM } from '../../contracts/engine-api.ts';
import type { UpgradedConnection } from '../../contracts/engine-api.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { emitContainerEvent } from '../container/container-context.ts';
import { attachExec, runExec, startableExec } from '../container/exec/exec.ts';
import { execStartSchema } from '../container/exec/exec-request.ts';
import { openAttachment } from '../container/io/attach.ts';
import { parseDetachKeys } from '../container/io/detach-keys.ts';
import { compareVersions, splitVersion } from './api-version.ts';
import { pageNotFound } from './http-error.ts';
import { readJson } from './json.ts';
import { Query } from './query.ts';
import type { Services } from './services.ts';

const ATTACH = /^\/containers\/(.+)\/attach$/;
const EXEC_START = /^\/exec\/(.+)\/start$/;
/** Before, the multiplexed stream went by the raw stream's name. */
const MULTIPLEXED_TYPE_SINCE = '1.42';

/** @param path without the version */
export function takesOverConnection(method: string, path: string): boolean {
  return method === 'POST' && (ATTACH.test(path) || EXEC_START.test(path));
}

/** @throws DrydockError in Docker's words */
export async function upgrade(services: Services, request: Request): Promise<UpgradedConnection | Response> {
  const { path, version } = splitVersion(new URL(request.url).pathname);
  const attach = ATTACH.exec(path);
  if (attach !== null) return attachContainer(services, decodeURIComponent(attach[1] ?? ''), request, version);
  const execStart = EXEC_START.exec(path);
  if (execStart !== null) return startExec(services, execStart[1] ?? '', request, version);
  return pageNotFound();
}

function attachContainer(
  { containers }: Services,
  reference: string,
  request: Request,
  version: string,
): UpgradedConnection {
  const query = new Query(request);
  const detachKeys = parseDetachKeys(query.text('detachKeys'));
  const container = containers.store.get(reference);
  const { state, config } = container;
  if (state.paused) {
    throw new DrydockError('conflict', `container ${reference} is paused, unpause the container before attach`);
  }
  if (state.restarting) {
    throw new DrydockError('conflict', `container ${reference} is restarting, wait until the container is running`);
  }
  const stream = openAttachment(container.io, {
    stdin: query.flag('stdin') && config.OpenStdin,
    stdout: query.flag('stdout'),
    stderr: query.flag('stderr'),
    tty: config.Tty,
    multiplexed: !config.Tty,
    closeStdin: config.StdinOnce,
    detachKeys,
    ...(query.flag('logs') && { replay: { log: container.log, clock: containers.clock } }),
    stream: query.flag('stream'),
    onDetach: () => emitContainerEvent(containers, container, 'detach'),
  });
  emitContainerEvent(containers, container, 'attach');
  return { response: head(config.Tty, version), stream };
}

async function startExec(
  { containers }: Services,
  id: string,
  request: Request,
  version: string,
): Promise<UpgradedConnection | Response> {
  const start = await readJson(request, execStartSchema, {});
  const exec = startableExec(containers, id);
  if (start.Detach) {
    await runExec(containers, exec, start);
    return new Response(null, { status: 200 });
  }
  const { Tty } = start;
  const stream = attachExec(containers, exec, !Tty);
  // The head is out by now: a failure is told on the stream, and by the exec's exit code.
  runExec(containers, exec, start).catch(() => undefined);
  return { response: head(Tty, version), stream };
}

// A Response cannot say 101: whoever writes the head knows which of the two the client asked for.
function head(tty: boolean, version: string): Response {
  const multiplexed = !tty && compareVersions(version, MULTIPLEXED_TYPE_SINCE) >= 0;
  return new Response(null, {
    status: 200,
    headers: { 'content-type': multiplexed ? MULTIPLEXED_STREAM : RAW_STREAM },
  });
}
