// Root file systems at Docker's paths: each layer's EROFS image mounted once, an overlay over them for each container.
// The agent serves in order, so that steps which need each other still leave in one message.
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { IdMappings, RootfsLayer, RootfsPaths, RootfsRequest } from '../../contracts/runtime.ts';
import { ERRNO } from '../errno.ts';
import type { AgentCalls } from './agent-calls.ts';
import { mapText } from './id-map.ts';
import { MNT_DETACH, MS_BIND, MS_NODEV, MS_RDONLY } from './mount-flags.ts';

/** mount(2) takes one page of options, with the closing zero. */
const MAX_OPTION_BYTES = 4095;

interface MountedLayer {
  readonly mounted: Promise<void>;
  readonly users: Set<string>;
  /** Set when its long name did not fit into somebody's options. */
  short?: { readonly path: string; readonly mounted: Promise<void> };
}

interface Root {
  readonly layers: readonly string[];
  readonly paths: RootfsPaths;
}

export interface RootfsPlace {
  /** Docker's `overlay2`. */
  readonly directory: string;
  /** /proc/self/mounts: what an earlier host mounted stays in use. */
  readonly mounts: string;
  /** Of containers, if the host has others for them. */
  readonly ids: IdMappings | undefined;
}

export class GuestRootfs {
  readonly #calls: AgentCalls;
  readonly #directory: string;
  readonly #ids: IdMappings | undefined;
  readonly #layers = new Map<string, MountedLayer>();
  readonly #roots = new Map<string, Root>();
  /** `lowerdir` by the mount point of each overlay that was there before us. */
  readonly #found = new Map<string, string>();
  #lastShort = 0;

  constructor(calls: AgentCalls, { directory, mounts, ids }: RootfsPlace) {
    this.#calls = calls;
    this.#directory = directory;
    this.#ids = ids;
    const inside = `${directory}/`;
    for (const [, target = '', , options = ''] of mounts.split('\n').map((line) => line.split(' '))) {
      const lower = /lowerdir=([^,]*)/.exec(options)?.[1];
      if (!target.startsWith(inside)) continue;
      const overlayId = /^([^/]+)\/diff$/.exec(target.slice(inside.length))?.[1];
      if (lower !== undefined) this.#found.set(target, lower);
      else if (overlayId !== undefined) this.#layers.set(overlayId, { mounted: Promise.resolve(), users: new Set() });
      else if (target.startsWith(`${this.#directory}/l/`)) this.#lastShort += 1;
    }
  }

  async prepare(request: RootfsRequest): Promise<RootfsPaths> {
    const { id } = request;
    if (this.#roots.has(id)) {
      throw new DrydockError('guest', `Cannot prepare root "${id}": it is there already`, { errno: ERRNO.EEXIST });
    }
    try {
      return await this.#make(request);
    } catch (error) {
      await this.remove(id);
      throw error;
    }
  }

  /** A root that another engine (or another host, before a restore) prepared. What is in it stays, whatever fails. */
  async reattach(request: RootfsRequest): Promise<RootfsPaths> {
    const { id } = request;
    const known = this.#roots.get(id);
    if (known !== undefined) return known.paths;
    const base = `${this.#directory}/${id}`;
    const lower = this.#found.get(`${base}/merged`);
    if (lower === undefined) return this.#make(request);
    const paths = { lower, upper: `${base}/diff`, work: `${base}/work`, merged: `${base}/merged` };
    const layers = request.layers.map(({ overlayId }) => overlayId);
    for (const overlayId of layers) this.#layers.get(overlayId)?.users.add(id);
    this.#roots.set(id, { layers, paths });
    return paths;
  }

  async #make(request: RootfsRequest): Promise<RootfsPaths> {
    const { id } = request;
    const base = `${this.#directory}/${id}`;
    const init = `${base}-init/diff`;
    const steps = request.layers.map((layer) => this.#use(layer, id));
    const layers = request.layers.map(({ overlayId }) => overlayId);
    steps.push(this.#mkdir(init, 0o755));
    for (const entry of request.init) {
      const path = `${init}/${entry.path.replace(/^\/+/, '')}`;
      const { mode } = entry;
      if (entry.kind === 'directory') steps.push(this.#mkdir(path, mode));
      else steps.push(this.#calls.do({ type: 'write', path, mode, flags: 0, content: new Uint8Array(0) }));
      steps.push(...this.#give(path));
    }
    const [upper, work, merged] = [`${base}/diff`, `${base}/work`, `${base}/merged`];
    steps.push(this.#mkdir(upper, 0o755), this.#mkdir(work, 0o700), this.#mkdir(merged, 0o755));
    steps.push(...this.#give(init), ...this.#give(upper), ...this.#give(work));

    let lower = [init, ...request.layers.map(({ overlayId }) => this.#diffOf(overlayId))].join(':');
    let options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    if (options.length > MAX_OPTION_BYTES) {
      const short = request.layers.map(({ overlayId }) => this.#shorten(overlayId));
      steps.push(...short.map(({ mounted }) => mounted));
      lower = [init, ...short.map(({ path }) => path)].join(':');
      options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    }
    const paths = { lower, upper, work, merged };
    this.#roots.set(id, { layers, paths });
    steps.push(
      this.#calls.do({
        type: 'mount',
        source: 'overlay',
        target: merged,
        fstype: 'overlay',
        flags: 0,
        data: options,
        loop: 0,
      }),
    );

    const outcomes = await Promise.allSettled(steps);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) return paths;
    this.#forget(id);
    throw failed.reason;
  }

  async remove(id: string): Promise<void> {
    const base = `${this.#directory}/${id}`;
    await this.#unmount(`${base}/merged`);
    await Promise.all([base, `${base}-init`].map((path) => this.#calls.do({ type: 'remove', path })));
    this.#forget(id);
  }

  #forget(id: string): void {
    for (const overlayId of this.#roots.get(id)?.layers ?? []) this.#layers.get(overlayId)?.users.delete(id);
    this.#roots.delete(id);
    this.#found.delete(`${this.#directory}/${id}/merged`);
  }

  async removeLayer(overlayId: string): Promise<void> {
    const layer = this.#layers.get(overlayId);
    const [user] = layer?.users ?? [];
    if (user !== undefined)
      throw new DrydockError('conflict', `Cannot remove layer "${overlayId}": root "${user}" uses it`);
    this.#layers.delete(overlayId);
    if (layer?.short !== undefined) {
      await this.#unmount(layer.short.path);
      await this.#calls.do({ type: 'remove', path: layer.short.path });
    }
    await this.#unmount(this.#diffOf(overlayId));
    await this.#calls.do({ type: 'remove', path: `${this.#directory}/${overlayId}` });
  }

  #use(layer: RootfsLayer, root: string): Promise<void> {
    const known = this.#layers.get(layer.overlayId);
    if (known !== undefined) {
      known.users.add(root);
      return known.mounted;
    }
    const mounted = this.#mountLayer(layer.overlayId, layer.image);
    this.#layers.set(layer.overlayId, { mounted, users: new Set([root]) });
    // The next root tries again.
    mounted.catch(() => this.#layers.delete(layer.overlayId));
    return mounted;
  }

  async #mountLayer(overlayId: string, image: Digest): Promise<void> {
    const target = this.#diffOf(overlayId);
    const source = `/host/blobs/${image}.erofs`;
    const flags = MS_RDONLY | MS_NODEV;
    const outcomes = await Promise.allSettled([
      this.#mkdir(target, 0o755),
      this.#calls.do({ type: 'mount', source, target, fstype: 'erofs', flags, data: '', loop: 1 }),
      ...this.#mapIds(target),
    ]);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) return;
    // With the wrong owners it is of no use to anybody.
    await this.#unmount(target);
    throw failed.reason;
  }

  // The image is as it was pulled: the kernel shifts its owners on the way.
  #mapIds(target: string): Promise<void>[] {
    if (this.#ids === undefined) return [];
    const { uids, gids } = this.#ids;
    return [this.#calls.do({ type: 'idmap', target, uids: mapText(uids), gids: mapText(gids) })];
  }

  /** To root of the containers, if that is somebody else. */
  #give(path: string): Promise<void>[] {
    if (this.#ids === undefined) return [];
    const [uid = 0, gid = 0] = [this.#ids.uids[0]?.hostID, this.#ids.gids[0]?.hostID];
    return [this.#calls.do({ type: 'chown', path, uid, gid })];
  }

  // Docker keeps symbolic links of 26 letters in l/ for the same purpose.
  #shorten(overlayId: string): { path: string; mounted: Promise<void> } {
    const layer = this.#layers.get(overlayId);
    if (layer?.short !== undefined) return layer.short;
    this.#lastShort += 1;
    const path = `${this.#directory}/l/${this.#lastShort.toString(36).toUpperCase()}`;
    const mounted = Promise.all([
      this.#mkdir(path, 0o755),
      this.#calls.do({
        type: 'mount',
        source: this.#diffOf(overlayId),
        target: path,
        fstype: '',
        flags: MS_BIND,
        data: '',
        loop: 0,
      }),
    ]);
    const short = { path, mounted: mounted.then(() => undefined) };
    if (layer !== undefined) layer.short = short;
    return short;
  }

  async #unmount(target: string): Promise<void> {
    try {
      await this.#calls.do({ type: 'umount', target, flags: 0 });
    } catch (error) {
      if (!isDrydockError(error, 'guest')) throw error;
      if (error.errno === ERRNO.EINVAL || error.errno === ERRNO.ENOENT) return;
      if (error.errno !== ERRNO.EBUSY) throw error;
      // Somebody in the guest still looks at it (a shell's directory): it goes when they leave.
      await this.#calls.do({ type: 'umount', target, flags: MNT_DETACH });
    }
  }

  #mkdir(path: string, mode: number): Promise<void> {
    return this.#calls.do({ type: 'mkdir', path, mode });
  }

  #diffOf(overlayId: string): string {
    return `${this.#directory}/${overlayId}/diff`;
  }
}
