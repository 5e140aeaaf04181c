// Volumes on the guest's disk, where dockerd has them: <data-root>/volumes/<name>/_data, with opts.json beside it. That file
// also says what dockerd keeps in its metadata.db.
import { z } from 'zod';
import { isDrydockError } from '../../contracts/errors.ts';
import type { HostFiles } from '../../contracts/runtime.ts';
import type { DaemonConfig } from '../daemon/daemon-config.ts';
import { giveToRoot } from '../daemon/give-to-root.ts';
import type { Ownership } from '../daemon/give-to-root.ts';
import { replaceFile } from '../replace-file.ts';
import type { Volume } from './volume.ts';

const ENOENT = 2;

/** The first four are dockerd's. */
const optionsFile = z.looseObject({
  MountType: z.string().default(''),
  MountOpts: z.string().default(''),
  MountDevice: z.string().default(''),
  Labels: z.record(z.string(), z.string()).nullish(),
  Options: z.record(z.string(), z.string()).nullish(),
  CreatedMs: z.number().optional(),
});

export interface VolumeDiskDeps {
  readonly runtime: { readonly files: HostFiles };
  readonly daemon: Pick<DaemonConfig, 'dataRoot' | 'idMappings'>;
  readonly log: (line: string) => void;
}

export class VolumeDisk {
  readonly directory: string;
  readonly #files: HostFiles;
  readonly #ownership: Ownership;
  readonly #log: (line: string) => void;

  constructor({ runtime, daemon, log }: VolumeDiskDeps) {
    this.directory = `${daemon.dataRoot}/volumes`;
    this.#files = runtime.files;
    this.#ownership = { runtime, daemon };
    this.#log = log;
  }

  mountpointOf(name: string): string {
    return `${this.directory}/${name}/_data`;
  }

  /** @throws DrydockError `guest`; nothing of it is left then */
  async create(volume: Volume): Promise<void> {
    const { name, labels, options, createdMs } = volume;
    const home = `${this.directory}/${name}`;
    const content = {
      MountType: options?.['type'] ?? '',
      MountOpts: options?.['o'] ?? '',
      MountDevice: options?.['device'] ?? '',
      Quota: { Size: 0 },
      Labels: labels,
      Options: options,
      CreatedMs: createdMs,
    };
    try {
      await Promise.all([this.#files.mkdir(home, 0o701), this.#files.mkdir(volume.mountpoint, 0o755)]);
      await giveToRoot(this.#ownership, volume.mountpoint);
      await replaceFile(this.#files, `${home}/opts.json`, JSON.stringify(content));
    } catch (error) {
      await this.#files.remove(home).catch(() => undefined);
      throw error;
    }
  }

  remove(name: string): Promise<void> {
    return this.#files.remove(`${this.directory}/${name}`);
  }

  /** Every directory is a volume, as with dockerd; one whose opts.json is damaged is left alone. */
  async load(): Promise<Volume[]> {
    const names = await this.#names();
    const volumes = await Promise.all(names.map((name) => this.#load(name)));
    return volumes.filter((volume) => volume !== undefined);
  }

  async #names(): Promise<string[]> {
    try {
      return await this.#files.list(this.directory);
    } catch (error) {
      if (isDrydockError(error, 'guest') && error.errno === ENOENT) return [];
      throw error;
    }
  }

  async #load(name: string): Promise<Volume | undefined> {
    const home = `${this.directory}/${name}`;
    const mountpoint = this.mountpointOf(name);
    try {
      const stat = await this.#files.stat(home);
      if (stat.kind !== 'directory') return undefined;
      const plain = { name, labels: null, options: null, createdMs: stat.modifiedS * 1000, mountpoint };
      const text = await this.#options(home);
      if (text === undefined) return plain;
      const { Labels, Options, CreatedMs, MountType, MountOpts, MountDevice } = optionsFile.parse(JSON.parse(text));
      // As dockerd itself writes it.
      const dockers = MountDevice === '' ? null : { type: MountType, device: MountDevice, o: MountOpts };
      return {
        ...plain,
        labels: Labels ?? null,
        options: Options ?? dockers,
        createdMs: CreatedMs ?? plain.createdMs,
      };
    } catch (error) {
      this.#log(`Cannot load volume ${name}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  async #options(home: string): Promise<string | undefined> {
    try {
      return new TextDecoder().decode(await this.#files.read(`${home}/opts.json`));
    } catch (error) {
      if (isDrydockError(error, 'guest') && error.errno === ENOENT) return undefined;
      throw error;
    }
  }
}
