// What a composition root (worker, Node) asks of the emulated machine. Only src/machine knows v86.
import type { BlobStore } from './blob-store.ts';
import type { CliSession } from './cli-session.ts';
import type { Runtime, SpawnRequest, Task } from './runtime.ts';

/** Where the built guest's files come from: fetch() in the page, the disk in Node. */
export interface GuestFiles {
  /** @param onProgress bytes so far. @throws DrydockError `unavailable` naming the file and what to do */
  load(name: string, onProgress?: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>>;
  /** Up to `length` bytes of the root file system image; synchronous when at hand. */
  readRoot(offset: number, length: number): Uint8Array | Promise<Uint8Array>;
}

export type BootPhase = 'download' | 'restore' | 'connect' | 'ready';

export interface BootProgress {
  readonly phase: BootPhase;
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

export interface MachineOptions {
  readonly guest: GuestFiles;
  /** Exported to the guest as /host/blobs. */
  readonly blobs: BlobStore;
  /** A `docker` run in the guest, or `dockerd`, as `program` says. Resolves with its exit code; the machine carries it back. */
  readonly onCli: (session: CliSession, program: string) => Promise<number>;
  readonly onProgress?: (progress: BootProgress) => void;
  /** The guest's serial console: its boot log. */
  readonly onConsole?: (text: string) => void;
  /** What the machine noticed and survived: a malformed frame, a channel closed. One line each. */
  readonly onLog?: (line: string) => void;
}

export interface Machine {
  readonly runtime: Runtime;
  /** Starts a program that whoever restores a snapshot of this machine can take over, streams and all. */
  startAhead(name: string, request: SpawnRequest): Promise<Task>;
  /** From then on it is like any that `Runtime.spawn` started. @returns undefined when nothing waits under that name */
  takeOver(name: string): Promise<Task | undefined>;
  /** Stops the clock; the guest does not notice. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /**
   * The state for a later restore, channels closed. The machine goes on.
   * @param settle puts away in the guest what only the caller knows of what containers said: they say no more while it runs
   */
  snapshot(settle?: () => Promise<void>): Promise<Uint8Array>;
  /** Ends the emulator and every stream. */
  destroy(): Promise<void>;
}
