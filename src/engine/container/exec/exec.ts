// docker exec: another process in a running container.
import { DrydockError } from '../../../contracts/errors.ts';
import type { OciProcess } from '../../../contracts/oci-runtime.ts';
import type { ByteDuplex } from '../../../contracts/streams.ts';
import { linkEnvironment } from '../../network/links/link-environment.ts';
import { randomId } from '../../random.ts';
import { emitContainerEvent } from '../container-context.ts';
import type { ContainerContext } from '../container-context.ts';
import type { Container } from '../container.ts';
import { openAttachment } from '../io/attach.ts';
import { parseDetachKeys } from '../io/detach-keys.ts';
import { capabilitiesOf } from '../spec/capabilities.ts';
import { environmentOf, overlayEnvironment } from '../spec/environment.ts';
import { rlimitsOf } from '../spec/resources.ts';
import { parseSecurityOptions } from '../spec/security-options.ts';
import { execFailure } from '../start-error.ts';
import { userOf } from '../user/container-user.ts';
import { ExecInstance } from './exec-instance.ts';
import type { ExecRequestBody, ExecStartBody } from './exec-request.ts';

/** As Docker's collector: an exec can be asked about for at least this long after its end. */
const KEPT_MS = 5 * 60_000;
const COULD_NOT_START = 126;
const utf8 = new TextEncoder();

/** POST /containers/{id}/exec. @throws DrydockError in Docker's words */
export async function createExec(
  context: ContainerContext,
  reference: string,
  request: ExecRequestBody,
): Promise<ExecInstance> {
  if (request.Cmd.length === 0) throw new DrydockError('invalid-argument', 'No exec command specified');
  const container = context.store.get(reference);
  requireActive(container, reference);
  if (request.User !== '') await userOf(context.runtime, container, request.User);
  return registerExec(context, container, request, parseDetachKeys(request.DetachKeys, 'escape'));
}

/** For a container that runs: nothing is checked any more. */
export function registerExec(
  context: ContainerContext,
  container: Container,
  request: ExecRequestBody,
  detachKeys: Uint8Array,
): ExecInstance {
  const { config } = container;
  const own = { hostname: config.Hostname, tty: request.Tty, linked: linkEnvironment(context, container) };
  const exec = new ExecInstance({
    id: randomId(context.randomBytes),
    container,
    request: {
      ...request,
      User: request.User || config.User,
      WorkingDir: request.WorkingDir || config.WorkingDir,
    },
    env: overlayEnvironment(environmentOf(own, config.Env), request.Env),
    detachKeys,
    clock: context.clock,
  });
  container.execs.set(exec.id, exec);
  forgetOld(context);
  context.execs.set(exec.id, exec);
  emitContainerEvent(context, container, `exec_create: ${eventCommand(exec)}`, { execID: exec.id });
  return exec;
}

/** @throws DrydockError `not-found`, `conflict` in Docker's words */
export function startableExec(context: ContainerContext, id: string): ExecInstance {
  const exec = activeExec(context, id);
  if (exec.exitCode !== undefined) throw new DrydockError('conflict', `exec command ${id} has already run`);
  if (exec.running) throw new DrydockError('conflict', `exec command ${id} is already running`);
  return exec;
}

/** @throws DrydockError `not-found`, `conflict` when its container does not run */
export function activeExec(context: ContainerContext, id: string): ExecInstance {
  const exec = execById(context, id);
  requireActive(exec.container, exec.container.id);
  return exec;
}

/** @throws DrydockError `not-found`: No such exec instance: x */
export function execById(context: ContainerContext, id: string): ExecInstance {
  const exec = context.execs.get(id);
  if (exec === undefined) throw new DrydockError('not-found', `No such exec instance: ${id}`);
  return exec;
}

/** The client's end of an exec about to start. */
export function attachExec(context: ContainerContext, exec: ExecInstance, multiplexed: boolean): ByteDuplex {
  const { request } = exec;
  return openAttachment(exec.io, {
    stdin: request.AttachStdin,
    stdout: request.AttachStdout,
    stderr: request.AttachStderr,
    tty: request.Tty,
    multiplexed,
    closeStdin: true,
    detachKeys: exec.detachKeys,
    stream: true,
    onDetach: () => emitContainerEvent(context, exec.container, 'exec_detach', { execID: exec.id }),
  });
}

/** Resolves once the process runs. @throws DrydockError with the OCI runtime's words in Docker's */
export async function runExec(context: ContainerContext, exec: ExecInstance, start: ExecStartBody): Promise<void> {
  const { container, request, id } = exec;
  exec.running = true;
  emitContainerEvent(context, container, `exec_start: ${eventCommand(exec)}`, { execID: id });
  const [rows = 0, cols = 0] = (start.Tty ? start.ConsoleSize : undefined) ?? request.ConsoleSize ?? [];
  const hasSize = request.Tty && rows > 0 && cols > 0;
  try {
    const process = await processOf(context, exec);
    const task = await context.runtime.exec({
      containerId: container.id,
      execId: id,
      process: hasSize ? { ...process, consoleSize: { width: cols, height: rows } } : process,
      stdio: { stdin: request.AttachStdin, tty: request.Tty, ...(hasSize && { cols, rows }) },
    });
    exec.pid = task.pid;
    exec.io.start(task);
    exec.started.resolve(task);
    void task.exited.then(({ exitCode }) => finishExec(context, exec, exitCode));
  } catch (cause) {
    const failure = execFailure(cause, request.Cmd[0] ?? '');
    end(context, exec, failure.exitCode === 128 ? COULD_NOT_START : failure.exitCode);
    exec.started.resolve(undefined);
    const attached = exec.io.hub.write('stdout', utf8.encode(`${failure.error.message}\r\n`));
    await attached;
    exec.io.close();
    throw failure.error;
  }
}

async function finishExec(context: ContainerContext, exec: ExecInstance, exitCode: number): Promise<void> {
  end(context, exec, exitCode);
  await exec.io.finish();
  emitContainerEvent(context, exec.container, 'exec_die', { execID: exec.id, exitCode: String(exitCode) });
}

async function processOf(context: ContainerContext, exec: ExecInstance): Promise<OciProcess> {
  const { container, request } = exec;
  const { hostConfig } = container;
  const user = await userOf(context.runtime, container, request.User);
  const capabilities = capabilitiesOf({
    add: hostConfig.CapAdd,
    drop: hostConfig.CapDrop,
    privileged: hostConfig.Privileged || request.Privileged,
  });
  const inForce = user.uid === 0 || request.Privileged ? capabilities : [];
  const rlimits = rlimitsOf(hostConfig);
  return {
    terminal: request.Tty,
    user: { uid: user.uid, gid: user.gid, additionalGids: [...user.additionalGids] },
    args: [...request.Cmd],
    env: [...exec.env],
    cwd: request.WorkingDir || '/',
    capabilities: { bounding: capabilities, effective: inForce, permitted: inForce },
    ...(rlimits.length > 0 && { rlimits }),
    noNewPrivileges: parseSecurityOptions(hostConfig.SecurityOpt).noNewPrivileges,
  };
}

function end({ clock }: ContainerContext, exec: ExecInstance, exitCode: number): void {
  exec.exitCode = exitCode;
  exec.running = false;
  exec.endedAtMs = clock.nowMs();
  exec.container.execs.delete(exec.id);
}

// Docker writes the blank even when nothing follows it.
function eventCommand({ request }: ExecInstance): string {
  const [command = '', ...args] = request.Cmd;
  return `${command} ${args.join(' ')}`;
}

function forgetOld({ execs, clock }: ContainerContext): void {
  const oldMs = clock.nowMs() - KEPT_MS;
  for (const [id, { endedAtMs = oldMs }] of execs) if (endedAtMs < oldMs) execs.delete(id);
}

/** The container's run is over: an exec that was never started can be no more. */
export function forgetUnstarted({ execs }: ContainerContext, container: Container): void {
  for (const exec of container.execs.values()) {
    if (exec.running) continue;
    container.execs.delete(exec.id);
    execs.delete(exec.id);
  }
}

function requireActive({ state, id }: Container, reference: string): void {
  if (!state.running) throw new DrydockError('conflict', `container ${id} is not running`);
  if (state.paused) {
    throw new DrydockError('conflict', `Container ${reference} is paused, unpause the container before exec`);
  }
  if (state.restarting) {
    throw new DrydockError('conflict', `Container ${id} is restarting, wait until the container is running`);
  }
}
