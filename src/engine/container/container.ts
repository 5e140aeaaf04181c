// One container: what it was created with, what it is doing, and its streams. Behaviour lives in the files beside this one.
import type { RootfsPaths, Task } from '../../contracts/runtime.ts';
import type { Clock } from '../clock.ts';
import type { Image } from '../image/image.ts';
import { ContainerState } from './container-state.ts';
import type { Config, HostConfig } from './create-request.ts';
import type { ExecInstance } from './exec/exec-instance.ts';
import { ProcessIo } from './io/process-io.ts';
import type { ContainerLog } from './log/container-log.ts';
import type { MountPoint } from './mount-points.ts';
import { Mutex } from './mutex.ts';
import type { Attachments } from '../network/attachment.ts';
import type { EmbeddedServer, ResolverPorts } from '../network/dns/embedded-server.ts';
import type { Rule } from '../network/firewall-rules.ts';
import type { PortBinding } from '../network/port-bindings.ts';
import { RestartPolicy } from './restart-policy.ts';
import { parseSignal, SIGTERM } from './signals.ts';

export interface ContainerOptions {
  readonly id: string;
  readonly name: string;
  readonly image: Image;
  readonly config: Config;
  readonly hostConfig: HostConfig;
  readonly points: readonly MountPoint[];
  readonly networks: Attachments;
  readonly clock: Clock;
  /** Now, unless it was created by an earlier engine. */
  readonly createdMs?: number;
  readonly log: ContainerLog;
  /** Where its files are on the guest's disk. */
  readonly directory: string;
}

const DEFAULT_STOP_TIMEOUT_S = 10;
export function directoryOf(dataRoot: string, containerId: string): string {
  return `${dataRoot}/containers/${containerId}`;
}

export class Container {
  readonly id: string;
  readonly directory: string;
  /** Without a slash. */
  name: string;
  readonly image: Image;
  config: Config;
  hostConfig: HostConfig;
  readonly points: readonly MountPoint[];
  readonly createdMs: number;
  readonly state = new ContainerState();
  readonly log: ContainerLog;
  readonly io: ProcessIo;
  readonly execs = new Map<string, ExecInstance>();
  /** Start, exit, pause and unpause take turns. */
  readonly turns = new Mutex();
  restartPolicy: RestartPolicy;
  /** Of the container that has the network files: another one, with `--network container:x`. */
  networkDirectory: string;
  /** What it is connected to, or will be when it runs. */
  networks: Attachments;
  /** While it runs: the ports of the host that are its, and what makes them so. */
  ports: readonly PortBinding[] = [];
  portRules: readonly Rule[] = [];
  proxies: readonly Task[] = [];
  /** While it runs on a network where containers have names. */
  names: EmbeddedServer | undefined;
  /** Where the DNS server of an earlier engine was. */
  resolverPorts: ResolverPorts | undefined;
  /** Of its network stack while it runs; empty when it has none of its own. */
  sandboxId = '';
  /** How many cables its namespace has had. */
  plugged = 0;
  rootfs: RootfsPaths | undefined;
  task: Task | undefined;
  /** It got a signal since its last start, but for one at the engine's own end: enough for `unless-stopped`. */
  stoppedByUser = false;
  /** `docker restart` is between stop and start: no auto-remove. */
  restartedByUser = false;
  restartCount = 0;
  cancelRestart: (() => void) | undefined;
  /** Aborted to end the health checks under way; undefined when there are none. */
  healthChecks: AbortController | undefined;

  constructor(options: ContainerOptions) {
    this.id = options.id;
    this.directory = options.directory;
    this.name = options.name;
    this.image = options.image;
    this.config = options.config;
    this.hostConfig = options.hostConfig;
    this.points = options.points;
    this.networks = options.networks;
    this.networkDirectory = this.directory;
    this.createdMs = options.createdMs ?? options.clock.nowMs();
    this.log = options.log;
    this.io = new ProcessIo(options.clock, this.log);
    this.restartPolicy = new RestartPolicy(options.hostConfig.RestartPolicy);
  }

  get bundle(): string {
    return `/run/containerd/io.containerd.runtime.v2.task/moby/${this.id}`;
  }

  /** Empty unless the log is a file that others may read: Docker does not show the other drivers' files. */
  get logPath(): string {
    return this.hostConfig.LogConfig?.Type === 'json-file' ? `${this.directory}/${this.id}-json.log` : '';
  }

  /** Container path -> host path of the files that Docker mounts into every container. */
  get networkFiles(): Readonly<Record<string, string>> {
    return {
      '/etc/resolv.conf': `${this.networkDirectory}/resolv.conf`,
      '/etc/hostname': `${this.networkDirectory}/hostname`,
      '/etc/hosts': `${this.networkDirectory}/hosts`,
    };
  }

  get stopSignal(): number {
    return this.config.StopSignal ? parseSignal(this.config.StopSignal) : SIGTERM;
  }

  get stopTimeoutS(): number {
    return this.config.StopTimeout ?? DEFAULT_STOP_TIMEOUT_S;
  }
}
