// The host's end of the channel for the agent's tests: a native build of the agent talks to it through a unix socket.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  AGENT_MESSAGES,
  AGENT_PROTOCOL_VERSION,
  TERMINAL,
  type AgentMessage,
} from '../../src/contracts/agent-protocol.ts';
import { encodeFrame, FrameDecoder } from '../../src/contracts/frame-codec.ts';

type Of<T extends AgentMessage['type']> = Extract<AgentMessage, { type: T }>;
type Omitted<T> = T extends unknown ? Omit<T, 'id'> : never;
export type Request = Omitted<AgentMessage>;

const ENV = ['PATH=/usr/local/bin:/usr/bin:/bin', 'LANG=C'];

/** Builds the agent for this machine, with DRYDOCK_C_FLAGS (a sanitizer, say) if set. @returns the program's path */
export function buildAgent(folder: string): string {
  const flags = process.env['DRYDOCK_C_FLAGS'] ?? '-O1';
  execFileSync('make', ['-s', '-C', import.meta.dirname, 'CC=cc', `CFLAGS=${flags}`, 'LDFLAGS=', `OUT=${folder}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return join(folder, 'drydock-agent');
}

export class TestAgent {
  readonly #program: ChildProcess;
  readonly #server: Server;
  #socket: Socket | undefined;
  #decoder = new FrameDecoder(AGENT_MESSAGES);
  readonly #waiting = new Set<() => void>();
  #nextId = 1;
  /** Everything that came on this connection, but `data`. */
  messages: AgentMessage[] = [];
  readonly #chunks = new Map<number, { pieces: Uint8Array[]; bytes: number }>();
  /** Streams for which the host gives no credit. */
  readonly slow = new Set<number>();
  readonly exit: Promise<number | null>;
  connections = 0;

  private constructor(program: ChildProcess, server: Server) {
    this.#program = program;
    this.#server = server;
    this.exit = once(program, 'exit').then(([code]: (number | null)[]) => code ?? null);
  }

  static async start(program: string, folder: string): Promise<TestAgent> {
    const path = join(folder, `channel-${process.hrtime.bigint()}.sock`);
    const server = createServer();
    server.listen(path);
    await once(server, 'listening');
    const agent = new TestAgent(spawn(program, [path], { stdio: ['ignore', 'inherit', 'pipe'] }), server);
    server.on('connection', (socket) => agent.#connected(socket));
    await agent.until(() => agent.connections > 0);
    return agent;
  }

  /** Starts one whose hello is done. */
  static async ready(program: string, folder: string): Promise<TestAgent> {
    const agent = await TestAgent.start(program, folder);
    await agent.hello();
    return agent;
  }

  get pid(): number {
    return this.#program.pid ?? 0;
  }

  async stop(): Promise<void> {
    this.#program.kill('SIGTERM');
    await this.exit;
    this.#socket?.destroy();
    this.#server.close();
  }

  hello(): Promise<AgentMessage> {
    const timeNs = Date.now() * 1e6;
    return this.ask({ type: 'hello', version: AGENT_PROTOCOL_VERSION, timeNs, entropy: new Uint8Array(32) });
  }

  /** Sends a request and waits for its answer. */
  async ask(request: Request): Promise<AgentMessage> {
    const id = this.request(request);
    return this.message((message) => message.id === id && message.type !== 'accepted' && message.type !== 'exited');
  }

  request(request: Request): number {
    const id = this.#nextId++;
    this.send({ ...request, id } as AgentMessage);
    return id;
  }

  send(message: AgentMessage): void {
    this.sendRaw(encodeFrame(AGENT_MESSAGES, message));
  }

  sendRaw(bytes: Uint8Array): void {
    this.#socket?.write(bytes);
  }

  hangUp(): void {
    this.#socket?.destroy();
  }

  /** @returns the request's id and the process */
  async spawn(argv: string[], options: Partial<Omit<Of<'spawn'>, 'type' | 'id' | 'argv'>> = {}) {
    const defaults = { env: ENV, cwd: '/', terminal: TERMINAL.none, cols: 0, rows: 0, console: '', keep: '' };
    const streams = { stdin: 0, stdout: 0, stderr: 0, status: 0 };
    const id = this.request({ type: 'spawn', argv, ...defaults, ...streams, ...options });
    const answer = await this.message((message) => message.id === id && /^(spawned|failed)$/.test(message.type));
    if (answer.type !== 'spawned') throw new Error(`spawn: ${JSON.stringify(answer)}`);
    return { id, pid: answer.pid };
  }

  exited(id: number): Promise<AgentMessage> {
    return this.message((message) => message.type === 'exited' && message.id === id);
  }

  ended(stream: number): Promise<AgentMessage> {
    return this.message((message) => message.id === stream && (message.type === 'end' || message.type === 'reset'));
  }

  /** All that a stream carried, once it ended. */
  async all(stream: number): Promise<string> {
    await this.ended(stream);
    return this.text(stream);
  }

  /** How much a stream carried. */
  length(stream: number): number {
    return this.#chunks.get(stream)?.bytes ?? 0;
  }

  bytes(stream: number): Buffer {
    return Buffer.concat(this.#chunks.get(stream)?.pieces ?? []);
  }

  text(stream: number): string {
    return this.bytes(stream).toString();
  }

  write(stream: number, text: string | Uint8Array): void {
    this.send({ type: 'data', id: stream, content: Buffer.from(text) });
  }

  end(stream: number): void {
    this.send({ type: 'end', id: stream });
  }

  async message(matches: (message: AgentMessage) => boolean): Promise<AgentMessage> {
    let found: AgentMessage | undefined;
    await this.until(() => (found = this.messages.find(matches)) !== undefined);
    if (found === undefined) throw new Error('unreachable: until() resolved without a message');
    return found;
  }

  /** Waits until what the agent sent makes `condition` true. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  #connected(socket: Socket): void {
    this.connections++;
    this.#socket = socket;
    this.#decoder = new FrameDecoder(AGENT_MESSAGES);
    this.messages = [];
    this.#chunks.clear();
    // The agent hangs up on malformed frames, sometimes while more is on its way.
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      for (const message of this.#decoder.push(new Uint8Array(bytes))) this.#received(message);
      for (const check of [...this.#waiting]) check();
    });
    for (const check of [...this.#waiting]) check();
  }

  #received(message: AgentMessage): void {
    if (message.type !== 'data') {
      this.messages.push(message);
      return;
    }
    const chunks = this.#chunks.get(message.id) ?? { pieces: [], bytes: 0 };
    chunks.pieces.push(message.content);
    chunks.bytes += message.content.length;
    this.#chunks.set(message.id, chunks);
    if (!this.slow.has(message.id)) this.send({ type: 'credit', id: message.id, bytes: message.content.length });
  }
}
