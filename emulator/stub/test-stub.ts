// The host's end for the stub's tests: each run of a native `docker` becomes a session of a unix socket.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { CLI_MESSAGES, type CliMessage } from '../../src/contracts/cli-protocol.ts';
import { encodeFrame, FrameDecoder } from '../../src/contracts/frame-codec.ts';

/** Builds the stub for this machine, with its channel at `<folder>/new`. @returns the program's path */
export function buildStub(folder: string): string {
  const flags = `${process.env['DRYDOCK_C_FLAGS'] ?? '-O1'} -DCHANNEL='"${join(folder, 'new')}"'`;
  execFileSync('make', ['-s', '-C', import.meta.dirname, 'CC=cc', `CFLAGS=${flags}`, 'LDFLAGS=', `OUT=${folder}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return join(folder, 'docker');
}

/** Serves the stub's channel, one session after the other. */
export class StubHost {
  readonly #server: Server;
  readonly #sessions: StubSession[] = [];
  readonly #sockets: Socket[] = [];
  #wake: () => void = () => undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.push(socket);
      this.#sessions.push(new StubSession(socket));
      this.#wake();
    });
  }

  static async listen(folder: string): Promise<StubHost> {
    const server = createServer();
    server.listen(join(folder, 'new'));
    await once(server, 'listening');
    return new StubHost(server);
  }

  /** The next stub that opens its channel. */
  async session(): Promise<StubSession> {
    for (;;) {
      const session = this.#sessions.shift();
      if (session !== undefined) return session;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export class StubSession {
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder(CLI_MESSAGES);
  readonly #received: CliMessage[] = [];
  readonly closed: Promise<void>;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      this.#received.push(...this.#decoder.push(new Uint8Array(bytes)));
      this.#wake();
    });
  }

  send(...messages: CliMessage[]): void {
    for (const message of messages) this.sendRaw(encodeFrame(CLI_MESSAGES, message));
  }

  sendRaw(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next message, in order. */
  async next(): Promise<CliMessage> {
    for (;;) {
      const message = this.#received.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Sends a request for a file and takes its answer. */
  async ask(message: CliMessage): Promise<CliMessage> {
    this.send(message);
    return this.next();
  }

  exit(code = 0, signal = 0): void {
    this.send({ type: 'exit', id: 0, code, signal });
  }

  hangUp(): void {
    this.#socket.destroy();
  }
}
