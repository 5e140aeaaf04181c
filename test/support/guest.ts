// One restored guest for a test file, and its shell as a function.
import { afterAll, beforeAll } from 'vitest';
import type { Drydock } from '../../src/compose/create-drydock.ts';
import { scriptShell } from '../../src/compose/shell.ts';
import { startDrydock } from '../../src/node/start-drydock.ts';
import type { StartOptions } from '../../src/node/start-drydock.ts';

export interface ShellResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Guest {
  readonly drydock: Drydock;
  /** Lines the machine and the engine logged. */
  readonly log: readonly string[];
  sh(script: string, input?: string): Promise<ShellResult>;
  /** As `sh`, for a script that must succeed: its trimmed standard output. */
  ok(script: string): Promise<string>;
}

/** Call at the top of a test file: the guest is there in every test, and gone after the last. */
export function useGuest(options: Omit<StartOptions, 'onLog'> = {}): Guest {
  let drydock: Drydock | undefined;
  const log: string[] = [];
  beforeAll(async () => {
    drydock = await startDrydock({ ...options, onLog: (line) => log.push(line) });
  });
  afterAll(async () => drydock?.close());

  const running = () => {
    if (drydock === undefined) throw new Error('The guest runs only inside tests');
    return drydock;
  };
  const sh = (script: string, input = '') => runScript(running(), script, input);
  return {
    log,
    get drydock() {
      return running();
    },
    sh,
    async ok(script) {
      const result = await sh(script);
      if (result.exitCode !== 0) {
        throw new Error(`Exit code ${result.exitCode} of: ${script}\n${result.stdout}${result.stderr}`);
      }
      return result.stdout.trim();
    },
  };
}

export async function runScript(drydock: Drydock, script: string, input = ''): Promise<ShellResult> {
  const task = await drydock.machine.runtime.spawn(scriptShell(script, [], 'test'));
  const feed = async () => {
    const writer = task.stdin.getWriter();
    if (input !== '') await writer.write(new TextEncoder().encode(input));
    await writer.close();
  };
  const [, stdout, stderr, { exitCode }] = await Promise.all([
    // A script may end without reading its input.
    feed().catch(() => undefined),
    new Response(task.stdout).text(),
    new Response(task.stderr).text(),
    task.exited,
  ]);
  return { exitCode, stdout, stderr };
}
