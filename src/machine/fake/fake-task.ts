// A process for tests of the engine: its behaviour is a function, its streams are pipes, its signals are delivered.
import type { StdioRequest, Task, TaskExit } from '../../contracts/runtime.ts';

/** What a scripted program sees of its process. */
export interface FakeIo {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stdin: ReadableStream<Uint8Array>;
  /** Resolves when the reader has room. */
  print(text: string | Uint8Array): Promise<void>;
  /** To stderr; to the terminal when there is one. */
  printError(text: string | Uint8Array): Promise<void>;
  /** Handles signals from now on; without a listener a signal ends the process. SIGKILL always does. */
  onSignal(listener: (signal: number) => void): void;
  onResize(listener: (size: { cols: number; rows: number }) => void): void;
  /** Aborts when the process was ended from outside: a program that waits should stop then. */
  readonly ended: AbortSignal;
}

/** Returns the exit code, or the whole outcome (for `oomKilled`). A throw is a defect of the test: it is exit code 70. */
export type FakeProgram = (io: FakeIo) => number | TaskExit | Promise<number | TaskExit>;

export interface FakeTaskRequest {
  readonly pid: number;
  readonly program: FakeProgram;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stdio: StdioRequest;
}

const SIGKILL = 9;
const utf8 = new TextEncoder();

export class FakeTask implements Task {
  readonly pid: number;
  readonly stdin: WritableStream<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly exited: Promise<TaskExit>;
  /** The last window size, initial one included. */
  size: { cols: number; rows: number };
  /** Every signal it got, in order. */
  readonly signals: number[] = [];
  readonly #end = new AbortController();
  readonly #signalListeners: ((signal: number) => void)[] = [];
  readonly #resizeListeners: ((size: { cols: number; rows: number }) => void)[] = [];
  #settle: (exit: TaskExit) => void = () => undefined;
  readonly #outputs: WritableStreamDefaultWriter<Uint8Array>[];

  constructor(request: FakeTaskRequest) {
    this.pid = request.pid;
    this.size = { cols: request.stdio.cols ?? 0, rows: request.stdio.rows ?? 0 };
    const input = new TransformStream<Uint8Array, Uint8Array>();
    const output = pipe();
    const errors = pipe();
    this.stdin = input.writable;
    this.stdout = output.readable;
    this.stderr = errors.readable;
    const stdout = output.writable.getWriter();
    const stderr = errors.writable.getWriter();
    this.#outputs = [stdout, stderr];
    this.exited = new Promise((resolve) => {
      this.#settle = resolve;
    });
    if (!request.stdio.stdin) void input.writable.close().catch(() => undefined);
    if (request.stdio.tty) void stderr.close().catch(() => undefined);

    const io: FakeIo = {
      argv: request.argv,
      env: request.env,
      cwd: request.cwd,
      stdin: input.readable,
      print: (text) => stdout.write(bytesOf(text)),
      printError: (text) => (request.stdio.tty ? stdout : stderr).write(bytesOf(text)),
      onSignal: (listener) => this.#signalListeners.push(listener),
      onResize: (listener) => this.#resizeListeners.push(listener),
      ended: this.#end.signal,
    };
    void this.#run(request.program, io);
  }

  async resize(cols: number, rows: number): Promise<void> {
    this.size = { cols, rows };
    for (const listener of this.#resizeListeners) listener(this.size);
  }

  async signal(signal: number): Promise<void> {
    this.signals.push(signal);
    if (signal === 0) return;
    if (signal !== SIGKILL && this.#signalListeners.length > 0) {
      for (const listener of this.#signalListeners) listener(signal);
      return;
    }
    this.#finish({ exitCode: 128 + signal, oomKilled: false });
  }

  async #run(program: FakeProgram, io: FakeIo): Promise<void> {
    try {
      const outcome = await program(io);
      this.#finish(typeof outcome === 'number' ? { exitCode: outcome, oomKilled: false } : outcome);
    } catch {
      this.#finish({ exitCode: 70, oomKilled: false });
    }
  }

  #finish(exit: TaskExit): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    for (const writer of this.#outputs) void writer.close().catch(() => undefined);
    void this.stdin.abort().catch(() => undefined);
    this.#settle(exit);
  }
}

// Room for a few writes, as a real pipe has: a test that reads only after the exit must not hang the program.
function pipe(): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({}, { highWaterMark: 16 }, { highWaterMark: 16 });
}

function bytesOf(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? utf8.encode(text) : text;
}
