// Everything the page may ask of the worker, by name. Nothing else crosses: the worker exposes exactly this object.
// Callbacks are Comlink proxies; bytes are transferred.
import type { BootProgress } from './machine.ts';
import type { WindowSize } from './cli-session.ts';

export interface WorkerSurface {
  /** Loads and restores the guest; the engine follows. Rejects with a DrydockError that says what to do. Call once. */
  boot(onProgress: (progress: BootProgress) => void): Promise<void>;
  /** A login shell on a pty of the guest, as soon as that runs. `onOutput` gets the terminal's bytes; `onExit` its exit code, once. */
  openShell(
    size: WindowSize,
    onOutput: (bytes: Uint8Array) => void | Promise<void>,
    onExit: (exitCode: number) => void,
  ): Promise<ShellHandle>;
  /** One request through the Engine API door, answered whole: for lesson checks and the page's views. */
  engine(request: EngineRequest): Promise<EngineResponse>;
  /** Follows GET /events; the promise settles with a function that ends it. */
  watchEvents(onEvent: (event: unknown) => void): Promise<() => void>;
}

export interface ShellHandle {
  write(bytes: Uint8Array): Promise<void>;
  resize(size: WindowSize): Promise<void>;
  close(): Promise<void>;
}

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT' | 'HEAD';
  /** With query, without host: `/containers/json?all=1`. */
  readonly path: string;
  readonly body?: string;
}

export interface EngineResponse {
  readonly status: number;
  readonly body: string;
}
