// Keeps each container's files on the guest's disk as the container is, behind what it does: nothing waits for it, so that
// `docker run` pays no round trip. What was asked to be saved is sent to the guest in that same turn, or as soon as the
// save before it is done.
import type { HostFiles } from '../../../contracts/runtime.ts';
import type { Container } from '../container.ts';
import { CONFIG_FILE, containerFiles, HOST_CONFIG_FILE } from './container-file.ts';

interface Saves {
  /** Of hostconfig.json, as it is on the disk. */
  hostConfig: string | undefined;
  running: Promise<void> | undefined;
  /** Asked for while another save was running. */
  again: boolean;
  /** The first save is through: there is something to lose. */
  exists: boolean;
}

const FILE_MODE = 0o600;
const utf8 = new TextEncoder();

export class ContainerDisk {
  readonly #files: HostFiles;
  readonly #log: (line: string) => void;
  readonly #saves = new Map<string, Saves>();
  #ended = false;

  constructor(files: HostFiles, log: (line: string) => void) {
    this.#files = files;
    this.#log = log;
  }

  /** The container's directory is there. */
  save(container: Container): void {
    if (this.#ended) return;
    const saves = this.#savesOf(container.id);
    if (saves.running !== undefined) {
      saves.again = true;
      return;
    }
    saves.running = this.#write(container, saves)
      .catch((error: unknown) => this.#log(`Cannot save container ${container.id}: ${String(error)}`))
      .then(() => {
        saves.running = undefined;
        if (!saves.again || this.#saves.get(container.id) !== saves) return;
        saves.again = false;
        this.save(container);
      });
  }

  /** It was read from the disk. */
  loaded(container: Container): void {
    this.#savesOf(container.id).exists = true;
  }

  /** The container goes: nothing more is written. Settles when no write is under way. */
  async forget(container: Container): Promise<void> {
    const saves = this.#saves.get(container.id);
    this.#saves.delete(container.id);
    await saves?.running;
  }

  /** Settles when everything that was to be saved is on the disk, or was refused. */
  async idle(): Promise<void> {
    for (;;) {
      const running = [...this.#saves.values()].flatMap(({ running: save }) => (save === undefined ? [] : [save]));
      if (running.length === 0) return;
      await Promise.all(running);
    }
  }

  /** Another engine writes from now on. */
  end(): void {
    this.#ended = true;
  }

  #savesOf(id: string): Saves {
    const known = this.#saves.get(id);
    if (known !== undefined) return known;
    const fresh: Saves = { hostConfig: undefined, running: undefined, again: false, exists: false };
    this.#saves.set(id, fresh);
    return fresh;
  }

  async #write(container: Container, saves: Saves): Promise<void> {
    const { config, hostConfig } = containerFiles(container);
    const writes = [this.#put(`${container.directory}/${CONFIG_FILE}`, config, saves.exists)];
    if (hostConfig !== saves.hostConfig) {
      writes.push(this.#put(`${container.directory}/${HOST_CONFIG_FILE}`, hostConfig, saves.exists));
    }
    await Promise.all(writes);
    saves.exists = true;
    saves.hostConfig = hostConfig;
  }

  /** @param replaces the file has content worth keeping until the new one is whole */
  async #put(path: string, text: string, replaces: boolean): Promise<void> {
    const bytes = utf8.encode(text);
    if (!replaces) return this.#files.write(path, bytes, { mode: FILE_MODE });
    await this.#files.write(`${path}.tmp`, bytes, { mode: FILE_MODE });
    await this.#files.rename(`${path}.tmp`, path);
  }
}
