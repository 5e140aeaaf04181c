// The Runtime port on the real guest: every call becomes a few requests to the agent, sent together.
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
} from '../../contracts/runtime.ts';
import type { SpawnRequest, Task } from '../../contracts/runtime.ts';
import type { ByteDuplex } from '../../contracts/streams.ts';
import type { AgentClient } from '../agent/agent-client.ts';
import { AgentCalls } from './agent-calls.ts';
import { AgentFiles } from './agent-files.ts';
import { GuestContainers } from './guest-containers.ts';
import { listenInGuest } from './guest-listener.ts';
import { exitCodeOf, startProcess } from './guest-process.ts';
import type { GuestProcess, ProcessRequest } from './guest-process.ts';
import { GuestRootfs } from './guest-rootfs.ts';
import { GuestSockets } from './guest-sockets.ts';
import { GuestTrees } from './guest-trees.ts';
import { startKept, takeOver } from './kept-process.ts';

/** Of the default data root; the built snapshot has its roots there. */
const OVERLAY2 = '/var/lib/docker/overlay2';

export class GuestRuntime implements Runtime {
  readonly host: HostInfo;
  readonly files: AgentFiles;
  readonly trees: GuestTrees;
  readonly sockets: GuestSockets;
  readonly #calls: AgentCalls;
  /** By the directory that they are in. */
  readonly #places = new Map<string, GuestRootfs>();
  #rootfs: GuestRootfs;
  readonly #containers: GuestContainers;

  private constructor(host: HostInfo, mounts: string, calls: AgentCalls, files: AgentFiles) {
    this.host = host;
    this.files = files;
    this.trees = new GuestTrees(calls);
    this.sockets = new GuestSockets(calls);
    this.#calls = calls;
    this.#rootfs = this.#rootfsIn(OVERLAY2, mounts);
    this.#containers = new GuestContainers(calls);
  }

  /** Resolves when the agent has answered what the host is. */
  static async connect(client: AgentClient, ociRuntimeVersion: string): Promise<GuestRuntime> {
    const calls = new AgentCalls(client);
    const files = new AgentFiles(calls);
    const [host, mounts] = await Promise.all([readHost(files, ociRuntimeVersion), readMounts(files)]);
    return new GuestRuntime(host, mounts, calls, files);
  }

  async useRootsIn(directory: string, ids?: IdMappings): Promise<void> {
    const known = this.#places.get(directory);
    this.#rootfs = known ?? this.#rootfsIn(directory, await readMounts(this.files), ids);
    this.trees.useIds(ids);
  }
  prepareRootfs(request: RootfsRequest): Promise<RootfsPaths> {
    return this.#rootfs.prepare(request);
  }
  reattachRootfs(request: RootfsRequest): Promise<RootfsPaths> {
    return this.#rootfs.reattach(request);
  }
  removeRootfs(id: string): Promise<void> {
    return this.#rootfs.remove(id);
  }
  removeLayer(overlayId: string): Promise<void> {
    return this.#rootfs.removeLayer(overlayId);
  }
  run(request: RunRequest): Promise<Task> {
    return this.#containers.run(request);
  }
  reattach(request: ReattachRequest): Promise<Task | undefined> {
    return this.#containers.reattach(request);
  }
  forget(containerId: string): Promise<void> {
    return this.#containers.forget(containerId);
  }
  exec(request: ExecRequest): Promise<Task> {
    return this.#containers.exec(request);
  }
  kill(containerId: string, signal: number): Promise<void> {
    return this.#containers.kill(containerId, signal);
  }
  setFrozen(containerId: string, frozen: boolean): Promise<void> {
    return this.#containers.setFrozen(containerId, frozen);
  }
  update(containerId: string, resources: OciResources): Promise<void> {
    return this.#containers.update(containerId, resources);
  }
  async netlink(messages: Uint8Array, netns = ''): Promise<Uint8Array> {
    const { content } = await this.#calls.ask({ type: 'netlink', netns, content: messages }, 'content');
    return content;
  }
  cgroup(containerId: string, files: readonly string[]): Promise<Record<string, string>> {
    return this.#containers.cgroup(containerId, files);
  }

  async spawn(request: SpawnRequest): Promise<Task> {
    return this.#taskOf(await this.#calls.withSession((session) => startProcess(session, processRequestOf(request))));
  }

  async startAhead(name: string, request: SpawnRequest): Promise<Task> {
    return this.#taskOf(await startKept(this.#calls, { ...processRequestOf(request), keep: name }));
  }

  async takeOver(name: string): Promise<Task | undefined> {
    const process = await this.#calls.withSession((session) => takeOver(session, name));
    return process && this.#taskOf(process);
  }

  #taskOf({ pid, stdin, stdout, stderr, resize, end }: GuestProcess): Task {
    return {
      pid,
      stdin,
      stdout,
      stderr,
      resize,
      signal: (signal) => this.#containers.signal(pid, signal),
      exited: end.then((how) => ({ exitCode: exitCodeOf(how), oomKilled: false })),
    };
  }

  #rootfsIn(directory: string, mounts: string, ids?: IdMappings): GuestRootfs {
    const rootfs = new GuestRootfs(this.#calls, { directory, mounts, ids });
    this.#places.set(directory, rootfs);
    return rootfs;
  }

  listen(path: string, mode: number, signal: AbortSignal): AsyncIterable<ByteDuplex> {
    return listenInGuest(this.#calls, { path, mode, signal });
  }
}

function processRequestOf({ argv, env, cwd, stdio }: SpawnRequest): ProcessRequest {
  return { argv, env: Object.entries(env).map(([name, value]) => `${name}=${value}`), cwd, stdio };
}

async function readMounts(files: AgentFiles): Promise<string> {
  return new TextDecoder().decode(await files.read('/proc/self/mounts'));
}

async function readHost(files: AgentFiles, ociRuntimeVersion: string): Promise<HostInfo> {
  const decoder = new TextDecoder();
  const text = async (path: string): Promise<string> => decoder.decode(await files.read(path)).trim();
  const [kernelVersion, release, hostname, memory] = await Promise.all([
    text('/proc/sys/kernel/osrelease'),
    text('/etc/os-release'),
    text('/proc/sys/kernel/hostname'),
    text('/proc/meminfo'),
  ]);
  const totalKib = /^MemTotal:\s+(\d+) kB$/m.exec(memory)?.[1];
  if (totalKib === undefined) throw new DrydockError('machine', 'Cannot read /proc/meminfo of the guest: no MemTotal');
  return {
    kernelVersion,
    operatingSystem: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1] ?? 'Linux',
    hostname,
    memoryBytes: Number(totalKib) * 1024,
    // The emulator has one processor, and the kernel is built for one.
    cpus: 1,
    ociRuntimeVersion,
  };
}
