// The Runtime for unit tests of the engine: no guest, programs are functions, everything asked of it is recorded.
import { DrydockError } from '../../contracts/errors.ts';
import type { OciResources } from '../../contracts/oci-runtime.ts';
import type {
  ExecRequest,
  HostInfo,
  IdMappings,
  ReattachRequest,
  RootfsPaths,
  RootfsRequest,
  RunRequest,
  Runtime,
  SpawnRequest,
  StdioRequest,
} from '../../contracts/runtime.ts';
import type { ByteDuplex } from '../../contracts/streams.ts';
import { ERRNO } from '../errno.ts';
import { FakeFiles } from './fake-files.ts';
import { FakeSockets } from './fake-sockets.ts';
import { FakeTrees } from './fake-trees.ts';
import { FakeTask } from './fake-task.ts';
import type { FakeProgram } from './fake-task.ts';

/** One request to the runtime, as it came. */
export type FakeCall =
  | { readonly method: 'prepareRootfs'; readonly request: RootfsRequest }
  | { readonly method: 'reattachRootfs'; readonly request: RootfsRequest }
  | { readonly method: 'removeRootfs'; readonly id: string }
  | { readonly method: 'removeLayer'; readonly overlayId: string }
  | { readonly method: 'run'; readonly request: RunRequest }
  | { readonly method: 'reattach'; readonly request: ReattachRequest }
  | { readonly method: 'forget'; readonly id: string }
  | { readonly method: 'exec'; readonly request: ExecRequest }
  | { readonly method: 'kill'; readonly containerId: string; readonly signal: number }
  | { readonly method: 'setFrozen'; readonly containerId: string; readonly frozen: boolean }
  | { readonly method: 'update'; readonly containerId: string; readonly resources: OciResources }
  | { readonly method: 'netlink'; readonly messages: Uint8Array; readonly netns: string | undefined }
  | { readonly method: 'spawn'; readonly request: SpawnRequest };

export interface FakeContainer {
  readonly task: FakeTask;
  readonly execs: Map<string, FakeTask>;
  frozen: boolean;
  /** What `cgroup` answers. */
  readonly cgroup: Record<string, string>;
}

/** Of every host. */
const HOST_PROGRAMS: Record<string, FakeProgram> = {
  'iptables-save': () => 0,
  'iptables-restore': async (io) => {
    for await (const _ of io.stdin) continue;
    return 0;
  },
  nsenter: async (io) => {
    for await (const _ of io.stdin) continue;
    return 0;
  },
  '/usr/bin/docker-proxy': async (io) => {
    await io.print('ready\n');
    await new Promise((resolve) => io.ended.addEventListener('abort', resolve));
    return 143;
  },
};

interface FakeListener {
  readonly queue: ByteDuplex[];
  wake: () => void;
}

export class FakeRuntime implements Runtime {
  overlay2 = '/var/lib/docker/overlay2';
  ids: IdMappings | undefined;
  readonly host: HostInfo = {
    kernelVersion: '6.1.0-fake',
    operatingSystem: 'Fake Linux',
    hostname: 'drydock',
    memoryBytes: 512 * 1024 * 1024,
    cpus: 1,
    ociRuntimeVersion: '1.8.1',
  };
  readonly files = new FakeFiles();
  readonly trees = new FakeTrees();
  readonly sockets = new FakeSockets();
  readonly calls: FakeCall[] = [];
  /** By argv[0]. Tests may change it at any time. */
  readonly programs: Record<string, FakeProgram>;
  /** Running containers; one disappears when its first process has ended. */
  readonly containers = new Map<string, FakeContainer>();
  /** Tasks of containers, until they are forgotten: a new engine takes them over. */
  readonly tasks = new Map<string, FakeTask>();
  /** Layers in use, by the roots that use them. */
  readonly roots = new Map<string, readonly string[]>();
  readonly #failures = new Map<FakeCall['method'], DrydockError[]>();
  readonly #listeners = new Map<string, FakeListener>();
  #nextPid = 100;

  constructor(programs: Record<string, FakeProgram> = {}) {
    this.programs = { ...HOST_PROGRAMS, ...programs };
  }

  /** The next call of `method` is refused with `error`. */
  failNext(method: FakeCall['method'], error: DrydockError): void {
    this.#failures.set(method, [...(this.#failures.get(method) ?? []), error]);
  }

  /** The calls of one method, in order. */
  callsOf<M extends FakeCall['method']>(method: M): Extract<FakeCall, { method: M }>[] {
    return this.calls.filter((call): call is Extract<FakeCall, { method: M }> => call.method === method);
  }

  /** Connects to a unix socket that `listen` serves, as a program in the guest would. @throws when nobody listens */
  connect(path: string): ByteDuplex {
    const listener = this.#listeners.get(path);
    if (listener === undefined) throw new DrydockError('guest', `Cannot connect to "${path}": Connection refused`);
    const up = new TransformStream<Uint8Array, Uint8Array>();
    const down = new TransformStream<Uint8Array, Uint8Array>();
    listener.queue.push({ readable: up.readable, writable: down.writable });
    listener.wake();
    return { readable: down.readable, writable: up.writable };
  }

  async prepareRootfs(request: RootfsRequest): Promise<RootfsPaths> {
    this.#record({ method: 'prepareRootfs', request });
    if (this.roots.has(request.id)) {
      throw new DrydockError('guest', `Cannot prepare root "${request.id}": File exists`, { errno: ERRNO.EEXIST });
    }
    const base = `${this.overlay2}/${request.id}`;
    const layers = request.layers.map((layer) => layer.overlayId);
    this.roots.set(request.id, layers);
    await Promise.all(['diff', 'work', 'merged'].map((name) => this.files.mkdir(`${base}/${name}`)));
    await Promise.all(layers.map((id) => this.files.mkdir(`${this.overlay2}/${id}/diff`)));
    const init = `${base}-init/diff`;
    await this.files.mkdir(init);
    for (const entry of request.init) {
      const path = `${init}/${entry.path.replace(/^\/+/, '')}`;
      if (entry.kind === 'directory') await this.files.mkdir(path, entry.mode);
      else await this.files.write(path, new Uint8Array(0), { mode: entry.mode });
    }
    return this.#pathsOf(request);
  }

  async reattachRootfs(request: RootfsRequest): Promise<RootfsPaths> {
    this.#record({ method: 'reattachRootfs', request });
    const layers = request.layers.map((layer) => layer.overlayId);
    this.roots.set(request.id, layers);
    return this.#pathsOf(request);
  }

  async removeRootfs(id: string): Promise<void> {
    this.#record({ method: 'removeRootfs', id });
    this.roots.delete(id);
    await Promise.all([this.files.remove(`${this.overlay2}/${id}`), this.files.remove(`${this.overlay2}/${id}-init`)]);
  }

  async useRootsIn(directory: string, ids?: IdMappings): Promise<void> {
    this.overlay2 = directory;
    this.ids = ids;
  }

  async removeLayer(overlayId: string): Promise<void> {
    this.#record({ method: 'removeLayer', overlayId });
    for (const [root, layers] of this.roots) {
      if (layers.includes(overlayId)) {
        throw new DrydockError('conflict', `Cannot remove layer "${overlayId}": root "${root}" uses it`);
      }
    }
    await this.files.remove(`${this.overlay2}/${overlayId}`);
  }

  async run(request: RunRequest): Promise<FakeTask> {
    this.#record({ method: 'run', request });
    if (this.containers.has(request.id)) {
      throw new DrydockError('guest', `Cannot run "${request.id}": container "${request.id}" already exists`);
    }
    const { args, env, cwd } = request.spec.process;
    const pid = this.#nextPid++;
    await request.prepare?.(pid);
    const task = this.#start(args, envOf(env), cwd, request.stdio, pid);
    const container: FakeContainer = { task, execs: new Map(), frozen: false, cgroup: {} };
    this.containers.set(request.id, container);
    this.tasks.set(request.id, task);
    void task.exited.then(async () => {
      this.containers.delete(request.id);
      for (const exec of container.execs.values()) await exec.signal(9);
    });
    return task;
  }

  async reattach(request: ReattachRequest): Promise<FakeTask | undefined> {
    this.#record({ method: 'reattach', request });
    return this.tasks.get(request.id);
  }

  async forget(id: string): Promise<void> {
    this.#record({ method: 'forget', id });
    this.tasks.delete(id);
  }

  async exec(request: ExecRequest): Promise<FakeTask> {
    this.#record({ method: 'exec', request });
    const container = this.#container(request.containerId, 'exec in');
    const { args, env, cwd } = request.process;
    const task = this.#start(args, envOf(env), cwd, request.stdio);
    container.execs.set(request.execId, task);
    void task.exited.then(() => container.execs.delete(request.execId));
    return task;
  }

  async kill(containerId: string, signal: number): Promise<void> {
    this.#record({ method: 'kill', containerId, signal });
    await this.#container(containerId, 'kill').task.signal(signal);
  }

  async setFrozen(containerId: string, frozen: boolean): Promise<void> {
    this.#record({ method: 'setFrozen', containerId, frozen });
    this.#container(containerId, 'freeze').frozen = frozen;
  }

  async update(containerId: string, resources: OciResources): Promise<void> {
    this.#record({ method: 'update', containerId, resources });
    this.#container(containerId, 'update');
  }

  async cgroup(containerId: string, files: readonly string[]): Promise<Record<string, string>> {
    const { cgroup } = this.#container(containerId, 'read the cgroup of');
    return Object.fromEntries(files.flatMap((name) => (cgroup[name] === undefined ? [] : [[name, cgroup[name]]])));
  }

  async netlink(messages: Uint8Array, netns?: string): Promise<Uint8Array> {
    this.#record({ method: 'netlink', messages, netns });
    return new Uint8Array(0);
  }

  async spawn(request: SpawnRequest): Promise<FakeTask> {
    this.#record({ method: 'spawn', request });
    return this.#start(request.argv, request.env, request.cwd, request.stdio);
  }

  async *listen(path: string, _mode: number, signal: AbortSignal): AsyncGenerator<ByteDuplex> {
    const listener: FakeListener = { queue: [], wake: () => undefined };
    this.#listeners.set(path, listener);
    try {
      while (!signal.aborted) {
        const next = listener.queue.shift();
        if (next !== undefined) yield next;
        else {
          await new Promise<void>((resolve) => {
            listener.wake = resolve;
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
        }
      }
    } finally {
      this.#listeners.delete(path);
    }
  }

  #pathsOf({ id, layers }: RootfsRequest): RootfsPaths {
    const base = `${this.overlay2}/${id}`;
    const lower = [`${base}-init/diff`, ...layers.map(({ overlayId }) => `${this.overlay2}/${overlayId}/diff`)].join(
      ':',
    );
    return { lower, upper: `${base}/diff`, work: `${base}/work`, merged: `${base}/merged` };
  }

  #start(
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
    cwd: string,
    stdio: StdioRequest,
    pid = this.#nextPid++,
  ): FakeTask {
    const name = argv[0] ?? '';
    const program = this.programs[name];
    if (program === undefined) {
      const why = `executable file \`${name}\` not found in $PATH: No such file or directory`;
      throw new DrydockError('guest', why, { errno: ERRNO.ENOENT });
    }
    return new FakeTask({ pid, program, argv, env, cwd, stdio });
  }

  #container(id: string, action: string): FakeContainer {
    const container = this.containers.get(id);
    if (container === undefined) throw new DrydockError('not-found', `Cannot ${action} "${id}": no such container`);
    return container;
  }

  #record(call: FakeCall): void {
    this.calls.push(call);
    const error = this.#failures.get(call.method)?.shift();
    if (error !== undefined) throw error;
  }
}

function envOf(entries: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      const cut = entry.indexOf('=');
      return cut < 0 ? [entry, ''] : [entry.slice(0, cut), entry.slice(cut + 1)];
    }),
  );
}
