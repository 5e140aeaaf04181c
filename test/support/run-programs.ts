// Programs by the thousand: started by program-runner.mjs, which says why.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of it: nothing is inherited. */
  readonly env: NodeJS.ProcessEnv;
  readonly input: string;
  /** It is killed then, and has no exit code. */
  readonly timeoutMs: number;
}

export interface ProgramEnd {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Message = { readonly id: number } & (ProgramEnd | { readonly error: string });

interface Waiting {
  resolve(end: ProgramEnd): void;
  reject(error: Error): void;
}

export class ProgramRunner {
  readonly #runner: ChildProcess = fork(fileURLToPath(new URL('program-runner.mjs', import.meta.url)), [], {
    execArgv: [],
  });
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor() {
    this.#runner.on('message', (message: Message) => {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if ('error' in message) waiting?.reject(new Error(message.error));
      else waiting?.resolve(message);
    });
    this.#runner.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The process that starts programs has ended'));
    });
  }

  /** Runs it to its end. @throws Error when it cannot be started */
  run(call: ProgramCall): Promise<ProgramEnd> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#runner.send({ id, ...call });
    });
  }

  close(): void {
    this.#runner.disconnect();
  }
}
