// Containers: the bundle, the shim that runs crun, signals and the container's cgroup.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { OciResources } from '../../contracts/oci-runtime.ts';
import type { ExecRequest, ReattachRequest, RunRequest, Task, TaskExit } from '../../contracts/runtime.ts';
import { ERRNO } from '../errno.ts';
import type { AgentCalls } from './agent-calls.ts';
import { followShim, keptExit } from './container-task.ts';
import type { FollowOptions } from './container-task.ts';
import { exitCodeOf, nothing, nowhere, startProcess } from './guest-process.ts';
import type { GuestProcess, ProcessRequest } from './guest-process.ts';
import { adoptKept, startKept } from './kept-process.ts';

interface Running {
  readonly bundle: string;
  readonly cgroup: string;
  /** Once its first process runs; it stays until the container is forgotten. */
  task: Task | undefined;
}

/** By its path: each place of PATH that has none costs the guest the beginnings of a process. */
const SHIM = '/usr/bin/drydock-shim';
/** How long a created container waits for what it is held for. */
const HOLD_S = '30';
const SIGUSR1 = 10;
const SIGTERM = 15;
const SHIM_ENV = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
/** containerd's place for its shims' sockets; a path in the bundle would be too long for a unix socket. */
const SOCKETS = '/run/containerd/s';
const utf8 = new TextEncoder();

export class GuestContainers {
  readonly #calls: AgentCalls;
  readonly #running = new Map<string, Running>();

  constructor(calls: AgentCalls) {
    this.#calls = calls;
  }

  async run({ id, bundle, spec, stdio, prepare }: RunRequest): Promise<Task> {
    if (this.#running.has(id)) throw new DrydockError('guest', `Cannot run "${id}": it runs already`);
    const running: Running = { bundle, cgroup: `/sys/fs/cgroup${spec.linux.cgroupsPath}`, task: undefined };
    this.#running.set(id, running);
    const hold = prepare === undefined ? [] : ['--hold', HOLD_S];
    const argv = [SHIM, 'run', '--bundle', bundle, '--id', id, ...hold];
    const written = [this.#write(`${bundle}/config.json`, spec, bundle)];
    try {
      const request = { argv, env: SHIM_ENV, cwd: '/', stdio, status: true, keep: id };
      const process = await this.#start(request, id, written);
      const cleanUp = (): Promise<TaskExit> => this.#cleanUp(id, bundle);
      running.task = await (prepare === undefined
        ? this.#follow(process, { cleanUp })
        : this.#followPrepared(process, prepare, cleanUp));
      return running.task;
    } catch (error) {
      await this.forget(id);
      throw error;
    }
  }

  async reattach({ id, bundle }: ReattachRequest): Promise<Task | undefined> {
    const known = this.#running.get(id)?.task;
    if (known !== undefined) return known;
    const [process, pidText, exitText] = await Promise.all([
      adoptKept(this.#calls, id),
      this.#readKept(`${bundle}/init.pid`),
      this.#readKept(`${bundle}/exit.json`),
    ]);
    const pid = /^\d+$/.test(pidText ?? '') ? Number(pidText) : undefined;
    const cgroup = `/sys/fs/cgroup${await this.#cgroupOf(pid, id)}`;
    const running: Running = { bundle, cgroup, task: undefined };
    if (process !== undefined)
      running.task = await this.#follow(process, { cleanUp: () => this.#cleanUp(id, bundle), pid });
    else if (exitText !== undefined || pid !== undefined) {
      running.task = endedTask(pid ?? 0, keptExit(exitText ?? '') ?? (await this.#cleanUp(id, bundle)));
    } else return undefined;
    this.#running.set(id, running);
    return running.task;
  }

  async forget(id: string): Promise<void> {
    const running = this.#running.get(id);
    this.#running.delete(id);
    if (running === undefined) return;
    await this.#calls.do({ type: 'remove', path: running.bundle }).catch(() => undefined);
  }

  async exec({ containerId, execId, process, stdio }: ExecRequest): Promise<Task> {
    const { bundle } = this.#get(containerId, 'exec in');
    const file = `${bundle}/${execId}.json`;
    const argv = [SHIM, 'exec', '--id', containerId, '--process', file];
    try {
      const request = { argv, env: SHIM_ENV, cwd: '/', stdio, status: true };
      return await this.#follow(await this.#start(request, execId, [this.#write(file, process)]));
    } finally {
      void this.#calls.do({ type: 'remove', path: file }).catch(() => undefined);
    }
  }

  async update(containerId: string, resources: OciResources): Promise<void> {
    const { bundle } = this.#get(containerId, 'update');
    const file = `${bundle}/resources.json`;
    const argv = ['crun', 'update', '--resources', file, containerId];
    const written = this.#write(file, resources);
    const stdio = { stdin: false, tty: false };
    const started = this.#calls.withSession((session) =>
      startProcess(session, { argv, env: SHIM_ENV, cwd: '/', stdio }),
    );
    const [process] = await Promise.all([started, written]);
    const [error, end] = await Promise.all([new Response(process.stderr).text(), process.end]);
    await this.#calls.do({ type: 'remove', path: file });
    if (exitCodeOf(end) !== 0) throw new DrydockError('guest', error.trim());
  }

  async kill(containerId: string, signal: number): Promise<void> {
    const { task } = this.#get(containerId, 'kill');
    if (task === undefined) throw notFound(containerId, 'kill');
    await this.signal(task.pid, signal);
  }

  async setFrozen(containerId: string, frozen: boolean): Promise<void> {
    const action = frozen ? 'pause' : 'unpause';
    const { cgroup } = this.#get(containerId, action);
    try {
      await this.#freeze(cgroup, frozen ? 1 : 0);
    } catch (error) {
      // The cgroup goes before the exit is known.
      const isGone =
        isDrydockError(error, 'guest') && [ERRNO.ENOENT, ERRNO.ENODEV].some((errno) => errno === error.errno);
      throw isGone ? notFound(containerId, action) : error;
    }
  }

  async #freeze(cgroup: string, value: 0 | 1): Promise<void> {
    const content = utf8.encode(String(value));
    await this.#calls.do({ type: 'write', path: `${cgroup}/cgroup.freeze`, mode: 0o644, flags: 0, content });
    const wanted = `frozen ${value}`;
    const deadlineMs = Date.now() + 5000;
    while (!(await this.#read(`${cgroup}/cgroup.events`)).split('\n').includes(wanted)) {
      if (Date.now() > deadlineMs)
        throw new DrydockError('guest', `Cannot wait for "${wanted}" in "${cgroup}": 5 s passed`);
    }
  }

  async cgroup(containerId: string, files: readonly string[]): Promise<Record<string, string>> {
    const { cgroup } = this.#get(containerId, 'read the cgroup of');
    const found = await Promise.all(
      files.map(async (name) => {
        try {
          return [[name, await this.#read(`${cgroup}/${name}`)] as const];
        } catch (error) {
          if (isDrydockError(error, 'guest') && error.errno === ERRNO.ENOENT) return [];
          throw error;
        }
      }),
    );
    return Object.fromEntries(found.flat());
  }

  /** To a process of the host. */
  async signal(pid: number, signal: number): Promise<void> {
    try {
      await this.#calls.do({ type: 'signal', pid, signal });
    } catch (error) {
      if (isDrydockError(error, 'guest') && error.errno === ERRNO.ESRCH) {
        throw new DrydockError('not-found', `Cannot signal process ${pid}: it is gone`);
      }
      throw error;
    }
  }

  /** `prepare` was sent already; the agent serves it first. */
  async #start(request: ProcessRequest, socketName: string, prepare: Promise<void>[]): Promise<GuestProcess> {
    const socket = `${SOCKETS}/${socketName.slice(0, 32)}`;
    if (request.stdio.tty) prepare.push(this.#calls.do({ type: 'mkdir', path: SOCKETS, mode: 0o711 }));
    const full = request.stdio.tty
      ? { ...request, argv: [...request.argv, '--console-socket', socket], consoleSocket: socket }
      : request;
    const { keep } = full;
    const started =
      keep === undefined
        ? this.#calls.withSession((session) => startProcess(session, full))
        : startKept(this.#calls, { ...full, keep });
    const [process] = await Promise.all([started, ...prepare]);
    return process;
  }

  #follow(process: GuestProcess, options: Omit<FollowOptions, 'sendSignal'> = {}): Promise<Task> {
    const sendSignal = (to: number, signal: number): Promise<void> => this.signal(to, signal);
    return followShim(process, { sendSignal, ...options });
  }

  async #followPrepared(
    process: GuestProcess,
    prepare: (pid: number) => Promise<void>,
    cleanUp: () => Promise<TaskExit>,
  ): Promise<Task> {
    let failure: unknown;
    const onCreated = (pid: number): void => {
      const prepared = prepare(pid);
      const told = prepared.then(
        () => this.signal(process.pid, SIGUSR1),
        (error: unknown) => {
          failure = error;
          return this.signal(process.pid, SIGTERM);
        },
      );
      told.catch(() => undefined);
    };
    try {
      return await this.#follow(process, { cleanUp, onCreated });
    } catch (error) {
      throw failure ?? error;
    }
  }

  // containerd does the same when a shim is gone: what is left of the container is killed.
  async #cleanUp(id: string, bundle: string): Promise<TaskExit> {
    const argv = [SHIM, 'delete', '--bundle', bundle, '--id', id];
    const stdio = { stdin: false, tty: false };
    const request = { argv, env: SHIM_ENV, cwd: '/', stdio, status: true };
    const { end } = await this.#calls.withSession((session) => startProcess(session, request));
    await end;
    return keptExit((await this.#readKept(`${bundle}/exit.json`)) ?? '') ?? { exitCode: 137, oomKilled: false };
  }

  /** As the kernel knows it; the engine's own place for a process that is gone. */
  async #cgroupOf(pid: number | undefined, id: string): Promise<string> {
    const text = pid === undefined ? undefined : await this.#readKept(`/proc/${pid}/cgroup`);
    return /^0::(.+)$/m.exec(text ?? '')?.[1] ?? `/docker/${id}`;
  }

  async #readKept(path: string): Promise<string | undefined> {
    try {
      return await this.#read(path);
    } catch (error) {
      if (isDrydockError(error, 'guest')) return undefined;
      throw error;
    }
  }

  async #write(path: string, value: unknown, parent?: string): Promise<void> {
    const content = utf8.encode(JSON.stringify(value));
    const made = parent === undefined ? undefined : this.#calls.do({ type: 'mkdir', path: parent, mode: 0o711 });
    await Promise.all([made, this.#calls.do({ type: 'write', path, mode: 0o600, flags: 0, content })]);
  }

  async #read(path: string): Promise<string> {
    const { content } = await this.#calls.ask({ type: 'read', path, offset: 0, length: 64 * 1024 }, 'content');
    return new TextDecoder().decode(content);
  }

  #get(containerId: string, action: string): Running {
    const running = this.#running.get(containerId);
    if (running === undefined) throw notFound(containerId, action);
    return running;
  }
}

/** A container that ended while nobody looked; whatever it wrote last went with its pipes. */
function endedTask(pid: number, exit: TaskExit): Task {
  return {
    pid,
    stdin: nowhere(),
    stdout: nothing(),
    stderr: nothing(),
    resize: async () => undefined,
    signal: async () => {
      throw new DrydockError('not-found', `Cannot signal process ${pid}: it is gone`);
    },
    exited: Promise.resolve(exit),
  };
}

function notFound(containerId: string, action: string): DrydockError {
  return new DrydockError('not-found', `Cannot ${action} "${containerId}": it does not run`);
}
