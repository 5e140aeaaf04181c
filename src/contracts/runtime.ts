// What the engine asks of a machine. Implemented by the guest (agent, shim and crun) and by a fake for unit tests.
import type { Digest } from './blob-store.ts';
import type { HostSockets } from './host-sockets.ts';
import type { HostTrees } from './host-trees.ts';
import type { OciIdMapping, OciProcess, OciResources, OciSpec } from './oci-runtime.ts';
import type { ByteDuplex } from './streams.ts';

export interface Runtime {
  readonly host: HostInfo;
  readonly files: HostFiles;
  readonly trees: HostTrees;
  readonly sockets: HostSockets;

  /**
   * Where roots and layers are from now on: /var/lib/docker/overlay2 until somebody says otherwise. What is mounted
   * elsewhere stays, and is known again when that place is used again.
   * @param ids of containers, as the host has them: what roots, layers and trees show and take. One place always has the same
   */
  useRootsIn(directory: string, ids?: IdMappings): Promise<void>;
  /**
   * Makes /var/lib/docker/overlay2/<id>/{diff,work,merged} with `merged` mounted over the layers.
   * @throws DrydockError `guest`; nothing stays mounted then
   */
  prepareRootfs(request: RootfsRequest): Promise<RootfsPaths>;
  /** As `prepareRootfs`, for a root that is there already: what a former engine prepared is mounted again if it must be. */
  reattachRootfs(request: RootfsRequest): Promise<RootfsPaths>;
  /** Unmounts `merged` and removes the directories; layers stay mounted while other roots use them. */
  removeRootfs(id: string): Promise<void>;
  /** Unmounts a layer's image and removes its directory. @throws DrydockError `conflict` while a root uses it */
  removeLayer(overlayId: string): Promise<void>;

  /**
   * Writes the bundle, creates and starts the container. Resolves once its process runs.
   * @throws DrydockError `guest` with the OCI runtime's own words when it could not start
   */
  run(request: RunRequest): Promise<Task>;
  /**
   * Takes over a container that a former engine ran: it goes on, or ended meanwhile and its task has exited. Whoever read
   * its streams before must have let go of them.
   * @returns undefined when nothing is known of such a container
   */
  reattach(request: ReattachRequest): Promise<Task | undefined>;
  /** Removes the bundle of a container that has ended: its exit is known for good. */
  forget(containerId: string): Promise<void>;
  /** Runs another process in a running container. */
  exec(request: ExecRequest): Promise<Task>;
  /** Sends a signal to the container's first process. @throws DrydockError `not-found` when it is gone */
  kill(containerId: string, signal: number): Promise<void>;
  /** Freezes or thaws the container's cgroup, and waits until the kernel says so. */
  setFrozen(containerId: string, frozen: boolean): Promise<void>;
  /** Changes limits of a running container; what is left out stays. @throws DrydockError `guest` with the OCI runtime's words */
  update(containerId: string, resources: OciResources): Promise<void>;
  /** Files of the container's cgroup by name (`memory.current`, `cpu.stat`); a missing one is left out. */
  cgroup(containerId: string, files: readonly string[]): Promise<Record<string, string>>;

  /**
   * Sends netlink(7) messages of the route family in a network namespace of the host's. In one turn with others it costs no
   * round trip of its own.
   * @param netns path of the namespace; the host's own when left out
   * @param messages whole; only the last one asks for an acknowledgement, or is a dump
   * @returns what the kernel answered besides acknowledgements
   * @throws DrydockError `guest` with the errno of the first message that was refused; the others were carried out
   */
  netlink(messages: Uint8Array, netns?: string): Promise<Uint8Array>;
  /** Runs a program on the host, outside every container. */
  spawn(request: SpawnRequest): Promise<Task>;
  /** Listens on a unix socket of the host; each connection becomes a value. Ends when `signal` aborts. */
  listen(path: string, mode: number, signal: AbortSignal): AsyncIterable<ByteDuplex>;
}

/** Containers' ids and the host's (user_namespaces(7)): the first one is that of root. */
export interface IdMappings {
  readonly uids: readonly OciIdMapping[];
  readonly gids: readonly OciIdMapping[];
}

export interface HostInfo {
  /** `uname -r`. */
  readonly kernelVersion: string;
  /** `PRETTY_NAME` of /etc/os-release. */
  readonly operatingSystem: string;
  readonly hostname: string;
  readonly memoryBytes: number;
  readonly cpus: number;
  /** `crun --version`, first line's number. */
  readonly ociRuntimeVersion: string;
}

export interface RootfsRequest {
  /** Names the directory below /var/lib/docker/overlay2: 64 hex digits. */
  readonly id: string;
  /** Top layer first, as in overlayfs' `lowerdir`. */
  readonly layers: readonly RootfsLayer[];
  /** Files and directories of the `<id>-init` layer, parents before children: mount points that must not show in a diff. */
  readonly init: readonly InitEntry[];
}

export interface RootfsLayer {
  /** Names the directory below /var/lib/docker/overlay2 on which the EROFS image is mounted (`diff`). */
  readonly overlayId: string;
  /** The EROFS image in the blob store. */
  readonly image: Digest;
}

export interface InitEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory';
  readonly mode: number;
}

export interface RootfsPaths {
  readonly lower: string;
  readonly upper: string;
  readonly work: string;
  readonly merged: string;
}

/** Which of the process's streams the caller wants; the others are /dev/null. A tty has one stream for both outputs. */
export interface StdioRequest {
  readonly stdin: boolean;
  readonly tty: boolean;
  /** Initial window size of the tty. */
  readonly cols?: number;
  readonly rows?: number;
}

export interface RunRequest {
  readonly id: string;
  /** Where config.json goes; Docker's path below /run/containerd. */
  readonly bundle: string;
  readonly spec: OciSpec;
  readonly stdio: StdioRequest;
  /**
   * Called when the container is there and its program does not run yet, with its first process: the time for what its
   * namespaces need. When it rejects, the container is gone and `run` rejects with the same.
   */
  readonly prepare?: ((pid: number) => Promise<void>) | undefined;
}

export interface ReattachRequest {
  readonly id: string;
  readonly bundle: string;
}

export interface ExecRequest {
  readonly containerId: string;
  readonly execId: string;
  readonly process: OciProcess;
  readonly stdio: StdioRequest;
}

export interface SpawnRequest {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stdio: StdioRequest;
}

export interface Task {
  /** As the host sees it. */
  readonly pid: number;
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  /** Closed and empty with a tty. */
  readonly stderr: ReadableStream<Uint8Array>;
  resize(cols: number, rows: number): Promise<void>;
  /** For `spawn` and `exec`: a signal to this process. */
  signal(signal: number): Promise<void>;
  /** Settles when the process is gone; its streams may still hold output. Never rejects. */
  readonly exited: Promise<TaskExit>;
}

export interface TaskExit {
  /** 0-255; 128+n when signal n ended it, as Docker reports it. */
  readonly exitCode: number;
  /** The kernel's OOM killer took a process of this container. */
  readonly oomKilled: boolean;
  /** When, in ms since 1970, if the runtime knows better than whoever learns of it now. */
  readonly endedMs?: number;
}

/** The host's files. Paths are absolute. Every method throws DrydockError `guest` with the errno. */
export interface HostFiles {
  read(path: string): Promise<Uint8Array>;
  /** Up to `length` bytes from `offset` on; fewer only at the end of the file. */
  readAt(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** Creates or replaces. Parents must exist. */
  write(path: string, bytes: Uint8Array, options?: { mode?: number; append?: boolean }): Promise<void>;
  /** Of a link itself. */
  chown(path: string, uid: number, gid: number): Promise<void>;
  /** Replaces `to`; both on one file system. */
  rename(from: string, to: string): Promise<void>;
  /** With parents; no error when it exists. */
  mkdir(path: string, mode?: number): Promise<void>;
  stat(path: string): Promise<HostStat>;
  /** Names, sorted. */
  list(path: string): Promise<string[]>;
  /** Makes `path` a symbolic link with the text `target`. */
  symlink(target: string, path: string): Promise<void>;
  /** Removes a file or a whole tree; no error when it is not there. Stays on one file system. */
  remove(path: string): Promise<void>;
}

export interface HostStat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly mode: number;
  readonly bytes: number;
  /** Seconds since 1970. */
  readonly modifiedS: number;
}
