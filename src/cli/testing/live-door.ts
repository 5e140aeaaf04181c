// An engine whose container lives as long as the test wants: for what happens while something runs.
import type { EngineDoor, UpgradedConnection } from '../../contracts/engine-api.ts';

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

export class LiveDoor implements EngineDoor {
  /** `METHOD /path?query`, in the order of arrival. */
  readonly requests: string[] = [];
  /** What came through the attached stream. */
  typed = '';
  inputClosed = false;
  outputCancelled = false;
  /** Set while a request is open; aborted requests show here. */
  readonly aborted: string[] = [];
  readonly #tty: boolean;
  readonly #output = new TransformStream<Uint8Array, Uint8Array>();
  readonly #writer = this.#output.writable.getWriter();
  readonly #watchers: (() => void)[] = [];
  #finish: (status: number) => void = () => undefined;
  readonly #status = new Promise<number>((resolve) => {
    this.#finish = resolve;
  });

  constructor({ tty }: { readonly tty: boolean }) {
    this.#tty = tty;
    this.#writer.closed.catch(() => {
      this.outputCancelled = true;
    });
  }

  async print(bytes: Uint8Array): Promise<void> {
    await this.#writer.write(bytes);
  }

  /** The container's process ends. */
  async exit(status: number): Promise<void> {
    this.#finish(status);
    await this.#writer.close().catch(() => undefined);
  }

  /** Resolves once a request like that has come. */
  async until(part: string): Promise<void> {
    while (!this.requests.some((request) => request.includes(part))) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Resolves once that was typed. */
  async untilTyped(text: string): Promise<void> {
    while (!this.typed.includes(text)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  fetch(request: Request): Promise<Response> {
    const key = this.#record(request);
    if (key.startsWith('POST /containers/create')) return Promise.resolve(json({ Id: 'c1', Warnings: [] }, 201));
    if (key.startsWith('GET /containers/c1/json')) {
      const Config = { Tty: this.#tty, OpenStdin: true };
      return Promise.resolve(json({ Id: 'c1', Config, HostConfig: {}, State: { Running: true } }));
    }
    if (key.includes('/wait')) return Promise.resolve(this.#wait());
    if (key.startsWith('POST /images/create')) return this.#neverEnding(request, key);
    return Promise.resolve(new Response(null, { status: 204 }));
  }

  upgrade(request: Request): Promise<UpgradedConnection | Response> {
    this.#record(request);
    const decoder = new TextDecoder();
    const writable = new WritableStream<Uint8Array>({
      write: (bytes) => {
        this.typed += decoder.decode(bytes, { stream: true });
        this.#wake();
      },
      close: () => {
        this.inputClosed = true;
        this.#wake();
      },
    });
    return Promise.resolve({ response: new Response(null), stream: { readable: this.#output.readable, writable } });
  }

  #wait(): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        void this.#status.then((StatusCode) => {
          controller.enqueue(new TextEncoder().encode(JSON.stringify({ StatusCode })));
          controller.close();
        });
      },
    });
    return new Response(body, { headers: { 'content-type': 'application/json' } });
  }

  #neverEnding(request: Request, key: string): Promise<Response> {
    return new Promise((_, reject) => {
      request.signal.addEventListener('abort', () => {
        this.aborted.push(key);
        reject(request.signal.reason as Error);
      });
    });
  }

  #record(request: Request): string {
    const { pathname, search } = new URL(request.url);
    const key = `${request.method} ${pathname.replace(/^\/v1\.\d+/, '')}${search}`;
    this.requests.push(key);
    this.#wake();
    return key;
  }

  #wake(): void {
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}
