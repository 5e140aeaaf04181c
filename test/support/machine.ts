// A bare machine for tests of src/machine: the real guest without engine and CLI, and its programs as functions.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { BlobStore } from '../../src/contracts/blob-store.ts';
import type { CliSession } from '../../src/contracts/cli-session.ts';
import type { StdioRequest, Task } from '../../src/contracts/runtime.ts';
import { MemoryBlobStore } from '../../src/engine/blob/memory-blob-store.ts';
import { createMachine } from '../../src/machine/create-machine.ts';
import type { DrydockMachine } from '../../src/machine/create-machine.ts';
import { compileEmulator } from '../../src/node/emulator-module.ts';
import { DiskGuestFiles } from '../../src/node/guest-files.ts';
import { PUBLIC_DIRECTORY } from '../../src/node/paths.ts';

/** Another built guest can be tested by naming its folder. */
export const GUEST_FOLDER = process.env['DRYDOCK_GUEST'] ?? join(PUBLIC_DIRECTORY, 'guest');

export interface StartMachineOptions {
  readonly onCli?: (session: CliSession) => Promise<number>;
  readonly snapshot?: Uint8Array<ArrayBuffer>;
  readonly coldBoot?: boolean;
  readonly onLog?: (line: string) => void;
  readonly blobs?: BlobStore;
}

export async function startMachine(options: StartMachineOptions = {}): Promise<DrydockMachine> {
  const wasm = await readFile(createRequire(import.meta.url).resolve('v86/build/v86.wasm'));
  return createMachine({
    guest: new DiskGuestFiles(GUEST_FOLDER),
    blobs: new MemoryBlobStore(),
    wasm: compileEmulator(new Uint8Array(wasm)),
    onCli: () => Promise.reject(new Error('No CLI in this test')),
    ...options,
  });
}

export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };

export function spawn(
  machine: DrydockMachine,
  argv: readonly string[],
  stdio: Partial<StdioRequest> = {},
): Promise<Task> {
  return machine.runtime.spawn({ argv, env: ENV, cwd: '/', stdio: { stdin: false, tty: false, ...stdio } });
}

export async function run(machine: DrydockMachine, ...argv: string[]): Promise<ProgramResult> {
  return resultOf(await spawn(machine, argv));
}

/** Reads a task to its end. */
export async function resultOf(task: Task): Promise<ProgramResult> {
  const [stdout, stderr, { exitCode }] = await Promise.all([
    new Response(task.stdout).text(),
    new Response(task.stderr).text(),
    task.exited,
  ]);
  return { exitCode, stdout, stderr };
}

/** A script that must succeed: its trimmed output. */
export async function sh(machine: DrydockMachine, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await run(machine, 'sh', '-c', script);
  if (exitCode !== 0) throw new Error(`Exit code ${exitCode} of: ${script}\n${stdout}${stderr}`);
  return stdout.trim();
}

export interface TestMachine {
  readonly machine: DrydockMachine;
  /** Lines the machine logged. */
  readonly log: string[];
}

/** Call at the top of a test file: one machine for all its tests. */
export function useMachine(options: StartMachineOptions = {}): TestMachine {
  let machine: DrydockMachine | undefined;
  const log: string[] = [];
  beforeAll(async () => {
    machine = await startMachine({ onLog: (line) => log.push(line), ...options });
  });
  afterAll(async () => machine?.destroy());
  return {
    log,
    get machine() {
      if (machine === undefined) throw new Error('The machine runs only inside tests');
      return machine;
    },
  };
}
