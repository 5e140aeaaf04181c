// `drydock serve` as its own process, as a person would start it, and the real docker client pointed at it.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { PROJECT_DIRECTORY } from '../../src/node/paths.ts';
import type { ShellResult } from './guest.ts';

export const DRYDOCK = join(PROJECT_DIRECTORY, 'bin/drydock');

export interface ServedEngine {
  readonly socket: string;
  docker(...args: string[]): Promise<ShellResult>;
  /** What it prints. @throws Error with what it says when it fails */
  output(...args: string[]): Promise<string>;
}

/** Call at the top of a test file. */
export function useServedEngine(): ServedEngine {
  let directory = '';
  let server: ChildProcess | undefined;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'drydock-serve-'));
    server = await startServer(['--listen', `unix://${directory}/docker.sock`]);
  });
  afterAll(async () => {
    if (server !== undefined) await stopServer(server);
    await rm(directory, { recursive: true, force: true });
  });
  const env = () => ({
    DOCKER_HOST: `unix://${directory}/docker.sock`,
    DOCKER_CONFIG: join(directory, 'config'),
  });
  return {
    get socket() {
      return `${directory}/docker.sock`;
    },
    docker: (...args) => execute('docker', args, env()),
    output: (...args) => outputOf('docker', args, env()),
  };
}

/** Resolves when the server said where it listens. */
export async function startServer(args: string[]): Promise<ChildProcess> {
  const child = spawn(DRYDOCK, ['serve', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      if (text.toString().includes('Docker Engine API on')) resolve();
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`drydock serve ended early with ${code}`)));
  });
  return child;
}

export function stopServer(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.on('exit', resolve);
    child.kill('SIGTERM');
  });
}

/** What a program of this machine prints. @throws Error with what it says when it fails */
export async function outputOf(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await execute(program, args, env);
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
  return stdout;
}

/** Runs a program of this machine to its end. */
export function execute(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
  input = '',
): Promise<ShellResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...env } });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({
        exitCode: code ?? -1,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
