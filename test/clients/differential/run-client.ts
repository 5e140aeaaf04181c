// Gives the commands of a row to our client, or to the real one, each on an engine of its own.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spawn } from 'node:child_process';
import { runDocker } from '../../../src/cli/run-docker.ts';
import { MemorySession } from '../../../src/cli/testing/memory-session.ts';
import type { Engine } from '../../../src/engine/create-engine.ts';
import { listenEngine } from '../../../src/node/http-server.ts';
import { prepareEngine } from '../../support/prepared-engine.ts';
import type { CommandLine } from './command-line.ts';
import { commandsOf, onlyReads } from './command-line.ts';

export interface ClientResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A command that does not end by itself does not belong into the table. */
const PATIENCE_MS = 20_000;

/** A client under test: what it does with a row, and an end for the engine that its reading rows share. */
export interface Client {
  run(row: CommandLine): Promise<ClientResult[]>;
  close(): Promise<void>;
}

interface Place<T> {
  readonly value: T;
  close(): Promise<void>;
}

/** A place for each row that changes something, one for all others. */
function places<T>(
  open: () => Promise<Place<T>>,
  run: (place: T, row: CommandLine) => Promise<ClientResult[]>,
): Client {
  let shared: Promise<Place<T>> | undefined;
  return {
    async run(row) {
      if (onlyReads(row)) return run((await (shared ??= open())).value, row);
      const place = await open();
      try {
        return await run(place.value, row);
      } finally {
        await place.close();
      }
    },
    async close() {
      await (await shared)?.close();
    },
  };
}

export function ourClient(): Client {
  const open = async (): Promise<Place<Engine>> => {
    const { engine, close } = await prepareEngine();
    return { value: engine, close };
  };
  return places(open, async (engine, row) => {
    const results: ClientResult[] = [];
    for (const args of commandsOf(row)) {
      const session = new MemorySession({
        args,
        cwd: '/root',
        env: { HOME: '/root', TZ: 'UTC', ...row.env },
        stdin: row.stdin ?? '',
        files: row.files ?? {},
      });
      const exitCode = await runDocker(session, engine);
      results.push({ exitCode, stdout: session.stdout.text, stderr: session.stderr.text });
    }
    return results;
  });
}

async function serveEngine(): Promise<Place<string>> {
  const { engine, close } = await prepareEngine();
  const folder = await mkdtemp(join(tmpdir(), 'drydock-engine-'));
  const socket = join(folder, 'd.sock');
  const server = await listenEngine({ kind: 'unix', path: socket }, engine);
  return {
    value: socket,
    async close() {
      await server.close();
      await close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The installed one, each command a process. */
export function realClient(): Client {
  return places(serveEngine, async (socket, row) => {
    const work = await mkdtemp(join(tmpdir(), 'drydock-line-'));
    try {
      for (const [name, text] of Object.entries(row.files ?? {})) {
        await mkdir(dirname(join(work, name)), { recursive: true });
        await writeFile(join(work, name), text);
      }
      const env = { PATH: process.env['PATH'], HOME: '/root', TZ: 'UTC', DOCKER_CONFIG: `${work}/.docker` };
      const neutral = (text: string) => text.replaceAll(socket, '/var/run/docker.sock').replaceAll(work, '/root');
      const results: ClientResult[] = [];
      for (const args of commandsOf(row)) {
        const all = { ...env, DOCKER_HOST: `unix://${socket}`, ...row.env };
        const { exitCode, stdout, stderr } = await runProgram(args, work, all, row.stdin ?? '');
        results.push({ exitCode, stdout: neutral(stdout), stderr: neutral(stderr) });
      }
      return results;
    } finally {
      await rm(work, { recursive: true });
    }
  });
}

function runProgram(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  input: string,
): Promise<ClientResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('docker', args, { cwd, env, timeout: PATIENCE_MS });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === null) reject(new Error(`Cannot run docker ${args.join(' ')}: it does not end`));
      else
        resolve({
          exitCode: code,
          stdout: Buffer.concat(stdout).toString(),
          stderr: Buffer.concat(stderr).toString(),
        });
    });
    // A client that ends without reading is what some rows are about.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
