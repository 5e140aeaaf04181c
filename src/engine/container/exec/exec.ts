// docker exec: another process in a running container.
import { DrydockError } from '../../../contracts/errors.ts';
import type { OciProcess } from '../../../contracts/oci-runtime.ts';
import type { ByteDuplex } from '../../../contracts/streams.ts';
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

/** Finished execs beyond this many are forgotten, oldest first. */
const KEPT_EXECS = 256;
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
  const { config } = container;
  const exec = new ExecInstance({
    id: randomId(context.randomBytes),
    container,
    request,
    env: overlayEnvironment(environmentOf(config.Hostname, request.Tty, config.Env), request.Env),
    detachKeys: parseDetachKeys(request.DetachKeys, 'escape'),
    clock: context.clock,
  });
  container.execs.set(exec.id, exec);
  forgetOldest(context);
  context.execs.set(exec.id, exec);
  emitContainerEvent(context, container, `exec_create: ${request.Cmd.join(' ')}`, { execID: exec.id });
  return exec;
}

/** @throws DrydockError `not-found`, `conflict` in Docker's words */
export function startableExec(context: ContainerContext, id: string): ExecInstance {
  const exec = execById(context, id);
  requireActive(exec.container, exec.container.id);
  if (exec.exitCode !== undefined) throw new DrydockError('conflict', `exec command ${id} has already run`);
  if (exec.running) throw new DrydockError('conflict', `exec command ${id} is already running`);
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
  emitContainerEvent(context, container, `exec_start: ${request.Cmd.join(' ')}`, { execID: id });
  const [rows = 0, cols = 0] = start.ConsoleSize ?? request.ConsoleSize ?? [];
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
    exec.running = false;
    exec.exitCode = failure.exitCode === 128 ? COULD_NOT_START : failure.exitCode;
    exec.started.resolve(undefined);
    container.execs.delete(id);
    const attached = exec.io.hub.write('stdout', utf8.encode(`${failure.error.message}\r\n`));
    await attached;
    exec.io.close();
    throw failure.error;
  }
}

async function finishExec(context: ContainerContext, exec: ExecInstance, exitCode: number): Promise<void> {
  exec.exitCode = exitCode;
  exec.running = false;
  exec.container.execs.delete(exec.id);
  await exec.io.finish();
  emitContainerEvent(context, exec.container, 'exec_die', { execID: exec.id, exitCode: String(exitCode) });
}

async function processOf(context: ContainerContext, exec: ExecInstance): Promise<OciProcess> {
  const { container, request } = exec;
  const { hostConfig, config } = container;
  const user = await userOf(context.runtime, container, request.User || config.User);
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
    cwd: request.WorkingDir || config.WorkingDir || '/',
    capabilities: { bounding: capabilities, effective: inForce, permitted: inForce },
    ...(rlimits.length > 0 && { rlimits }),
    noNewPrivileges: parseSecurityOptions(hostConfig.SecurityOpt).noNewPrivileges,
  };
}

function forgetOldest({ execs }: ContainerContext): void {
  for (const [id, exec] of execs) {
    if (execs.size < KEPT_EXECS) return;
    if (exec.exitCode !== undefined) execs.delete(id);
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
