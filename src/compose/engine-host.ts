// The engine as something that comes and goes over one machine: started, stopped, killed, started again. Everybody outside
// holds the host's door, which is closed while there is no engine.
import type { EngineDoor } from '../contracts/engine-api.ts';
import { DrydockError } from '../contracts/errors.ts';
import type { Machine } from '../contracts/machine.ts';
import { serveHttp1 } from '../engine/api/http1/serve-http1.ts';
import type { Engine } from '../engine/create-engine.ts';

/** Where the engine listens in the guest, as dockerd does. */
const DOCKER_SOCKET = '/var/run/docker.sock';

export interface EngineHostOptions {
  readonly machine: Machine;
  /** @throws DrydockError `invalid-argument` for a daemon.json that dockerd refuses */
  readonly createEngine: () => Promise<Engine>;
  readonly onStarted: () => void;
  readonly log: (line: string) => void;
}

interface Running {
  readonly engine: Promise<Engine>;
  readonly closing: AbortController;
  readonly socket: Promise<void>;
}

export class EngineHost {
  readonly #options: EngineHostOptions;
  #running: Running | undefined;
  /** An engine that is ending: the next one starts after it. */
  #ending: Promise<void> = Promise.resolve();
  /** A connection is refused, as that of a socket on which nobody listens. */
  readonly door: EngineDoor = {
    fetch: async (request) => (await this.#open()).fetch(request),
    upgrade: async (request) => (await this.#open()).upgrade(request),
  };

  constructor(options: EngineHostOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Aborts when the engine that runs now begins to end; undefined without one. */
  get ending(): AbortSignal | undefined {
    return this.#running?.closing.signal;
  }

  /** Settles when the engine has taken over what it found. Requests wait for that. @throws what `createEngine` throws */
  async start(): Promise<void> {
    if (this.#running !== undefined) throw new DrydockError('conflict', 'Cannot start the engine: it runs');
    const closing = new AbortController();
    const engine = this.#ending.then(this.#options.createEngine);
    const running = { engine, closing, socket: this.#serveSocket(engine, closing.signal) };
    this.#running = running;
    try {
      await (
        await engine
      ).ready;
      this.#options.onStarted();
    } catch (error) {
      if (this.#running === running) this.#running = undefined;
      throw error;
    }
  }

  /** dockerd's clean end: new requests are refused, then containers stop. Nothing to do without an engine. */
  stop(): Promise<void> {
    return this.#end((engine) => engine.stop());
  }

  /** What the engine that runs knows is on the machine. */
  async settle(): Promise<void> {
    await (await this.#running?.engine.catch(() => undefined))?.settle();
  }

  /** As by SIGKILL: containers go on. */
  kill(): Promise<void> {
    return this.#end((engine) => engine.leave());
  }

  /** Ends the engine and every container. */
  close(): Promise<void> {
    return this.#end((engine) => engine.close());
  }

  #open(): Promise<Engine> {
    if (this.#running === undefined) throw new DrydockError('unavailable', 'connection refused');
    return this.#running.engine;
  }

  #end(how: (engine: Engine) => Promise<void>): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return this.#ending;
    running.closing.abort();
    this.#ending = running.engine.then(how, () => undefined).then(() => running.socket);
    return this.#ending;
  }

  async #serveSocket(engine: Promise<Engine>, signal: AbortSignal): Promise<void> {
    const { machine, log } = this.#options;
    // Connections that are open when the engine ends find the door closed.
    const { door } = this;
    // Without an engine nobody listens; who started it is told why.
    const ready = await engine.then(
      () => true,
      () => false,
    );
    if (!ready) return;
    try {
      for await (const connection of machine.runtime.listen(DOCKER_SOCKET, 0o660, signal)) {
        serveHttp1(connection, door).catch((error: unknown) => {
          log(`A connection to ${DOCKER_SOCKET} ended: ${String(error)}`);
        });
      }
    } catch (error) {
      if (!signal.aborted) log(`Cannot listen on ${DOCKER_SOCKET}: ${String(error)}`);
    }
  }
}
