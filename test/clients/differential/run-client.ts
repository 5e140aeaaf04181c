// Gives the commands of a row to our client, or to the real one, each on an engine in the same state.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runDocker } from '../../../src/cli/run-docker.ts';
import { MemorySession } from '../../../src/cli/testing/memory-session.ts';
import type { EngineDoor } from '../../../src/contracts/engine-api.ts';
import { listenEngine } from '../../../src/node/http-server.ts';
import { prepareEngine } from '../../support/prepared-engine.ts';
import { ProgramRunner } from '../../support/run-programs.ts';
import { WatchedDoor } from '../../support/watched-door.ts';
import type { CommandLine } from './command-line.ts';
import { commandsOf } from './command-line.ts';

export interface ClientResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A command that does not end by itself does not belong into the table. */
const PATIENCE_MS = 20_000;

/** A client under test: what it does with a row, and an end for the engines that are still there. */
export interface Client {
  run(row: CommandLine): Promise<ClientResult[]>;
  close(): Promise<void>;
}

interface Place<T> {
  readonly value: T;
  /** Back as it was when it was new, if nothing has changed it. */
  renew(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * A row has its place to itself. The next row gets the same one if nothing has changed in it, and else a new one: every
 * row finds what it would find in a fresh place.
 */
function places<T>(
  open: () => Promise<Place<T>>,
  run: (place: T, row: CommandLine) => Promise<ClientResult[]>,
): Client {
  const unused: Place<T>[] = [];
  return {
    async run(row) {
      const place = unused.pop() ?? (await open());
      let reusable = false;
      try {
        const results = await run(place.value, row);
        reusable = await place.renew();
        return results;
      } finally {
        if (reusable) unused.push(place);
        else await place.close();
      }
    },
    async close() {
      await Promise.all(unused.splice(0).map((place) => place.close()));
    },
  };
}

async function openEngine(): Promise<Place<EngineDoor>> {
  const { engine, rewindNames, close } = await prepareEngine();
  const door = new WatchedDoor(engine);
  const before = await stateOf(engine);
  return {
    value: door,
    async renew() {
      if (!door.unchanged || (await stateOf(engine)) !== before) return false;
      rewindNames();
      return true;
    },
    close,
  };
}

/** What a refused request must not have changed. How long ago something was is no change. */
async function stateOf(engine: EngineDoor): Promise<string> {
  const answer = await engine.fetch(new Request('http://docker/system/df'));
  return JSON.stringify(await answer.json(), (key, value: unknown) => (key === 'Status' ? undefined : value));
}

export function ourClient(): Client {
  return places(openEngine, async (engine, row) => {
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
  const { value, renew, close } = await openEngine();
  const folder = await mkdtemp(join(tmpdir(), 'drydock-engine-'));
  const socket = join(folder, 'd.sock');
  const server = await listenEngine({ kind: 'unix', path: socket }, value);
  return {
    value: socket,
    renew,
    async close() {
      await server.close();
      await close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The installed one, each command a process. */
export function realClient(): Client {
  const programs = new ProgramRunner();
  const client = places(serveEngine, async (socket, row) => {
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
        const call = { program: 'docker', args, cwd: work, env: all, input: row.stdin ?? '', timeoutMs: PATIENCE_MS };
        const { exitCode, stdout, stderr } = await programs.run(call);
        if (exitCode === null) throw new Error(`Cannot run docker ${args.join(' ')}: it does not end`);
        results.push({ exitCode, stdout: neutral(stdout), stderr: neutral(stderr) });
      }
      return results;
    } finally {
      await rm(work, { recursive: true });
    }
  });
  return {
    run: (row) => client.run(row),
    async close() {
      await client.close();
      programs.close();
    },
  };
}
