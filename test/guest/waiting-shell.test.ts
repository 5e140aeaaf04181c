// The shell that waits in the snapshot: whoever takes it over must not notice that it was there before him.
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShell } from '../../src/compose/waiting-shell.ts';
import type { Task } from '../../src/contracts/runtime.ts';
import type { DrydockMachine } from '../../src/machine/create-machine.ts';
import { sh, startMachine } from '../support/machine.ts';

const PROMPT = /workspace\S*# $/;

class Screen {
  readonly task: Task;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();

  constructor(task: Task) {
    this.task = task;
    this.#keys = task.stdin.getWriter();
    this.#output = task.stdout.getReader();
  }

  /** What comes until the prompt does. */
  async prompt(): Promise<string> {
    let shown = '';
    while (!PROMPT.test(shown)) {
      const { done, value } = await this.#output.read();
      if (done) throw new Error(`The shell ended: ${shown}`);
      shown += this.#decoder.decode(value, { stream: true });
    }
    return shown;
  }

  /** The lines that a command prints. */
  async type(command: string): Promise<string[]> {
    await this.#keys.write(new TextEncoder().encode(`${command}\n`));
    const [, ...lines] = (await this.prompt()).split('\r\n');
    return lines.slice(0, -1).map((line) => stripVTControlCharacters(line).replaceAll('\r', ''));
  }
}

const open = async (machine: DrydockMachine): Promise<Screen> =>
  new Screen(await openShell(machine, { cols: 101, rows: 33 }));

let machines: DrydockMachine[];
let shells: Screen[];
let greetings: string[];

beforeAll(async () => {
  machines = await Promise.all([startMachine(), startMachine()]);
  shells = await Promise.all(machines.map(open));
  greetings = await Promise.all(shells.map((shell) => shell.prompt()));
});

afterAll(async () => {
  await Promise.all(machines.map((machine) => machine.destroy()));
});

describe('the shell of the first terminal', () => {
  it('greets once and shows a prompt, and nothing of what made it wait', () => {
    for (const greeting of greetings) {
      expect(greeting.match(/docker run hello-world/g)).toHaveLength(1);
      expect(greeting).not.toContain('waiting');
    }
  });

  it('has the size that its terminal has now', async () => {
    expect(await shells[0]?.type('stty size; echo $LINES $COLUMNS')).toEqual(['33 101', '33 101']);
  });

  it('has no history and no exit status of its own', async () => {
    expect(await shells[1]?.type('echo $?')).toEqual(['0']);
    expect(await shells[1]?.type('history')).toEqual(['    1  echo $?', '    2  history']);
  });

  it('is not its twin of another visit: random numbers and clock are its own', async () => {
    const numbers = await Promise.all(shells.map((shell) => shell.type('echo $RANDOM $RANDOM $RANDOM')));
    expect(new Set(numbers.flat()).size).toBe(2);
    expect(Number((await shells[0]?.type('echo $SECONDS'))?.[0])).toBeLessThan(60);
  });

  it('ends like any: its terminal is closed, and it is gone', async () => {
    const [machine] = machines as [DrydockMachine];
    const shell = await open(machine);
    await shell.prompt();
    await shell.task.signal(1);
    expect((await shell.task.exited).exitCode).toBe(129);
  });
});

it('the next terminal gets a shell of its own', async () => {
  const [machine] = machines as [DrydockMachine];
  const second = await open(machine);
  expect(await second.prompt()).toContain('docker run hello-world');
  const [first] = shells as [Screen];
  expect(await second.type('echo $$')).not.toEqual(await first.type('echo $$'));
});

it('a session that was saved has the waiting shell no more once somebody took it', async () => {
  const [machine] = machines as [DrydockMachine];
  const restored = await startMachine({ snapshot: new Uint8Array(await machine.snapshot()) });
  try {
    // It was closed with its terminal.
    expect(await sh(restored, 'ps -o args | grep -c "^bash --login" || true')).toBe('0');
    const shell = await open(restored);
    expect(await shell.prompt()).toContain('docker run hello-world');
  } finally {
    await restored.destroy();
  }
});
