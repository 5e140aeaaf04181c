// The fake's shell: echoes, and acts out the few commands of the first lesson, so that the page can be seen at work.
import type { ShellHandle, WorkerSurface } from '../../contracts/worker-surface.ts';
import type { FakeContainer, FakeEngine } from './fake-engine.ts';

type OnOutput = Parameters<WorkerSurface['openShell']>[1];
type OnExit = Parameters<WorkerSurface['openShell']>[2];

const HOST_PROMPT = '\x1b[1;36mdrydock\x1b[0m:\x1b[1;34m~\x1b[0m# ';

export class FakeShell implements ShellHandle {
  readonly #engine: FakeEngine;
  readonly #print: (text: string) => void;
  readonly #onExit: OnExit;
  #line = '';
  #inside: FakeContainer | undefined;

  constructor(engine: FakeEngine, onOutput: OnOutput, onExit: OnExit) {
    this.#engine = engine;
    this.#print = (text) => void onOutput(new TextEncoder().encode(text.replaceAll('\n', '\r\n')));
    this.#onExit = onExit;
    this.#print(HOST_PROMPT);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (const char of new TextDecoder().decode(bytes)) {
      if (char === '\r') this.#enter();
      else if (char === '\x7f') this.#erase();
      else this.#type(char);
    }
  }

  async resize(): Promise<void> {
    return undefined;
  }

  async close(): Promise<void> {
    this.#onExit(129);
  }

  #type(char: string): void {
    this.#line += char;
    this.#print(char);
  }

  #erase(): void {
    if (this.#line === '') return;
    this.#line = this.#line.slice(0, -1);
    this.#print('\b \b');
  }

  #enter(): void {
    const command = this.#line.trim();
    this.#line = '';
    this.#print(`\n${this.#perform(command)}`);
    if (command === 'exit' && this.#inside === undefined) return this.#onExit(0);
    if (command === 'exit' && this.#inside !== undefined) {
      this.#engine.end(this.#inside, 0);
      this.#inside = undefined;
    }
    this.#print(this.#inside === undefined ? HOST_PROMPT : '/ # ');
  }

  #perform(command: string): string {
    if (command === 'docker run hello-world') {
      this.#engine.end(this.#engine.run('hello-world', '/hello'), 0);
      return 'Hello from a container.\n';
    }
    if (command === 'docker run -it busybox sh') {
      this.#inside = this.#engine.run('busybox', 'sh');
      return '';
    }
    if (command === 'hostname' && this.#inside !== undefined) return `${this.#inside.Id.slice(0, 12)}\n`;
    if (command.startsWith('docker ps')) return this.#list(command.endsWith('-a'));
    return command === '' || command === 'exit' ? '' : `${command}: not part of the fake\n`;
  }

  #list(all: boolean): string {
    const rows = this.#engine.containers
      .filter(({ State }) => all || State === 'running')
      .map(({ Id, Image, Command, State }) =>
        [Id.slice(0, 12), Image, `"${Command}"`, State].map((cell) => cell.padEnd(16)).join(''),
      );
    return [['CONTAINER ID', 'IMAGE', 'COMMAND', 'STATUS'].map((cell) => cell.padEnd(16)).join(''), ...rows, ''].join(
      '\n',
    );
  }
}
