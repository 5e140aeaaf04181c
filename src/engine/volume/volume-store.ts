// All volumes: made, found, mounted while a container runs with them, and removed when nobody uses them any more.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { Runtime } from '../../contracts/runtime.ts';
import { Mutex } from '../container/mutex.ts';
import type { Clock } from '../clock.ts';
import type { DaemonConfig } from '../daemon/daemon-config.ts';
import type { EmitEvent } from '../event/event-log.ts';
import type { RandomBytes } from '../random.ts';
import { randomId } from '../random.ts';
import { runHelper } from '../run-helper.ts';
import { checkVolumeDriver, checkVolumeName, checkVolumeOptions } from './check-volume.ts';
import { ANONYMOUS_LABEL, LOCAL_DRIVER, needsMount } from './volume.ts';
import type { Volume } from './volume.ts';
import { VolumeDisk } from './volume-disk.ts';

export interface VolumeStoreDeps {
  readonly runtime: Runtime;
  readonly daemon: Pick<DaemonConfig, 'dataRoot' | 'idMappings'>;
  readonly emit: EmitEvent;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: (line: string) => void;
  /** Containers with that volume, running or not. */
  usersOf(name: string): readonly VolumeUser[];
}

export interface VolumeUser {
  readonly containerId: string;
  readonly running: boolean;
}

export interface NewVolume {
  /** Empty for an anonymous one. */
  readonly name: string;
  /** Empty for the engine's choice. */
  readonly driver?: string;
  readonly options?: Readonly<Record<string, string>> | null;
  readonly labels?: Readonly<Record<string, string>> | null;
}

export class VolumeStore {
  readonly #deps: VolumeStoreDeps;
  readonly #disk: VolumeDisk;
  readonly #volumes = new Map<string, Volume>();
  /** Of containers that are being made, which `usersOf` does not know yet. */
  readonly #holds = new Map<string, Set<string>>();
  /** Volumes with options whose file system is mounted. */
  readonly #mounted = new Set<string>();
  readonly #turns = new Mutex();

  constructor(deps: VolumeStoreDeps) {
    this.#deps = deps;
    this.#disk = new VolumeDisk(deps);
  }

  /** Takes over what is on the disk. */
  async load(): Promise<void> {
    for (const volume of await this.#disk.load()) this.#volumes.set(volume.name, volume);
    if (![...this.#volumes.values()].some(needsMount)) return;
    const mounts = new TextDecoder().decode(await this.#deps.runtime.files.read('/proc/self/mounts'));
    const targets = new Set(mounts.split('\n').map((line) => line.split(' ')[1]));
    for (const { name, mountpoint } of this.#volumes.values()) if (targets.has(mountpoint)) this.#mounted.add(name);
  }

  /** Sorted by name. */
  all(): Volume[] {
    return [...this.#volumes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws DrydockError `not-found`: get x: no such volume */
  get(name: string): Volume {
    const volume = this.#volumes.get(name);
    if (volume === undefined) throw new DrydockError('not-found', `get ${name}: no such volume`);
    return volume;
  }

  isUsed(name: string): boolean {
    return this.#users(name).length > 0;
  }

  usersOf(name: string): readonly VolumeUser[] {
    return this.#deps.usersOf(name);
  }

  /**
   * A volume of that name that is here already is taken as it is.
   * @param holder a container that is being made: until `release` the volume cannot be removed
   * @throws DrydockError in Docker's words
   */
  create(request: NewVolume, holder?: string): Promise<Volume> {
    return this.#turns.run(async () => {
      const { clock, randomBytes, emit } = this.#deps;
      const name = request.name === '' ? randomId(randomBytes) : request.name;
      checkVolumeDriver(name, request.driver ?? '');
      const present = this.#volumes.get(name);
      if (present !== undefined) {
        this.#hold(name, holder);
        return present;
      }
      const options = request.options ?? {};
      checkVolumeName(name);
      checkVolumeOptions(name, options);
      const labels = request.name === '' ? { ...request.labels, [ANONYMOUS_LABEL]: '' } : (request.labels ?? null);
      const volume: Volume = {
        name,
        labels,
        options: Object.keys(options).length === 0 ? (request.options ?? null) : options,
        createdMs: clock.nowMs(),
        mountpoint: this.#disk.mountpointOf(name),
      };
      await this.#disk.create(volume);
      this.#volumes.set(name, volume);
      this.#hold(name, holder);
      emit({ type: 'volume', action: 'create', id: name, attributes: { driver: LOCAL_DRIVER } });
      return volume;
    });
  }

  /** `usersOf` knows the container now, or it was not made after all. */
  release(holder: string): void {
    for (const [name, holders] of this.#holds) {
      holders.delete(holder);
      if (holders.size === 0) this.#holds.delete(name);
    }
  }

  /** @throws DrydockError `not-found`, `conflict`: remove x: volume is in use - [id] */
  remove(name: string): Promise<void> {
    return this.#turns.run(async () => {
      const volume = this.get(name);
      const users = this.#users(name);
      if (users.length > 0) {
        throw new DrydockError('conflict', `remove ${name}: volume is in use - [${users.join(', ')}]`);
      }
      if (this.#mounted.has(name)) await this.#unmount(volume);
      await this.#disk.remove(name);
      this.#volumes.delete(name);
      this.#deps.emit({ type: 'volume', action: 'destroy', id: name, attributes: { driver: LOCAL_DRIVER } });
    });
  }

  /** Has the volume's file system mounted if its options ask for one. @throws DrydockError `guest` */
  mount(name: string): Promise<void> {
    const volume = this.get(name);
    if (!needsMount(volume)) return Promise.resolve();
    return this.#turns.run(async () => {
      if (this.#mounted.has(name)) return;
      const { type = '', device = '', o = '' } = volume.options ?? {};
      const argv = ['mount', '-t', type, ...(o === '' ? [] : ['-o', o]), device, volume.mountpoint];
      // `type=none,o=bind`: no file system type at all.
      const bind = o.split(',').some((word) => word === 'bind' || word === 'rbind');
      try {
        await runHelper(this.#deps.runtime, bind ? argv.filter((_, at) => at !== 1 && at !== 2) : argv);
      } catch (cause) {
        const reason = reasonOf(cause).replace(/^mount: /, '');
        throw new DrydockError(
          'internal',
          `error while mounting volume '${volume.mountpoint}': failed to mount local volume: mount ${device}:${volume.mountpoint}${o === '' ? '' : `, data: ${o}`}: ${reason}`,
          { cause },
        );
      }
      this.#mounted.add(name);
    });
  }

  /**
   * If nobody else runs with it. Never rejects: what stays mounted is mounted for the next.
   * @param user the container that has ended
   */
  unmount(name: string, user: string): Promise<void> {
    return this.#turns.run(async () => {
      const volume = this.#volumes.get(name);
      if (volume === undefined || !this.#mounted.has(name)) return;
      if (this.#deps.usersOf(name).some(({ running, containerId }) => running && containerId !== user)) return;
      try {
        await this.#unmount(volume);
      } catch (error) {
        this.#deps.log(`Cannot unmount volume ${name}: ${reasonOf(error)}`);
      }
    });
  }

  async #unmount({ name, mountpoint }: Volume): Promise<void> {
    await runHelper(this.#deps.runtime, ['umount', mountpoint]);
    this.#mounted.delete(name);
  }

  #hold(name: string, holder: string | undefined): void {
    if (holder === undefined) return;
    const holders = this.#holds.get(name) ?? new Set();
    this.#holds.set(name, holders.add(holder));
  }

  #users(name: string): string[] {
    const users = this.#deps.usersOf(name).map(({ containerId }) => containerId);
    return [...new Set([...users, ...(this.#holds.get(name) ?? [])])];
  }
}

function reasonOf(error: unknown): string {
  return isDrydockError(error) || error instanceof Error ? error.message : String(error);
}
