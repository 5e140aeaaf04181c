// `drydock sh`: a script, a file, standard input or a person at a terminal, in a guest that nobody used before.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { SpawnRequest } from '../../contracts/runtime.ts';
import { scriptShell } from '../../compose/shell.ts';
import { openShell } from '../../compose/waiting-shell.ts';
import { startDrydock } from '../start-drydock.ts';
import { runOnProcess } from '../terminal.ts';
import { parseSeconds, TIMED_OUT, UsageError } from './usage.ts';

const HELP = `Usage:  drydock sh [OPTIONS] [FILE [ARG...]]

Run a shell in a fresh guest: a script, a file, or what comes on standard input

Options:
  -c, --command string   The script's text; further arguments are its $1, $2 ...
      --docker-hub       Pull from Docker Hub what is not among the images that were built here
      --timeout seconds  End the guest after this time, exit code ${TIMED_OUT}
      --help             Print this text
`;

export async function shCommand(args: string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const timeoutMs = values.timeout === undefined ? undefined : parseSeconds(values.timeout, '--timeout') * 1000;
  const request = await requestFor(values.command, positionals);
  const drydock = await startDrydock({
    dockerHub: values['docker-hub'],
    onLog: (line) => void process.stderr.write(`drydock: ${line}\n`),
  });
  const expiry = expiryAfter(timeoutMs);
  try {
    const { columns: cols, rows } = process.stdout;
    const task = await (request === undefined
      ? openShell(drydock.machine, { cols, rows })
      : drydock.machine.runtime.spawn(request));
    return await Promise.race([runOnProcess(task, request === undefined), expiry.promise]);
  } finally {
    expiry.cancel();
    await drydock.close();
  }
}

function parse(args: string[]) {
  // Like a shell: what follows the script or the file is the script's, flags included.
  const own = args.findIndex(
    (arg, at) => !arg.startsWith('-') && !['-c', '--command', '--timeout'].includes(args[at - 1] ?? ''),
  );
  const split = own === -1 ? args.length : own;
  try {
    const { values } = parseArgs({
      args: args.slice(0, split),
      options: {
        command: { type: 'string', short: 'c' },
        'docker-hub': { type: 'boolean' },
        timeout: { type: 'string' },
        help: { type: 'boolean' },
      },
      allowPositionals: false,
    });
    return { values, positionals: args.slice(split) };
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)}\n\nRun 'drydock sh --help' for more information`,
    );
  }
}

/** @returns undefined for a person at a terminal */
async function requestFor(command: string | undefined, positionals: string[]): Promise<SpawnRequest | undefined> {
  if (command !== undefined) return scriptShell(command, positionals, 'sh');
  const [file, ...rest] = positionals;
  if (file !== undefined) return scriptShell(await readScript(file), rest, basename(file));
  if (process.stdin.isTTY && process.stdout.isTTY) return undefined;
  return { ...scriptShell('', [], 'sh'), argv: ['bash', '-s'] };
}

async function readScript(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the script "${file}": ${error instanceof Error ? error.message : String(error)}`);
  }
}

function expiryAfter(timeoutMs: number | undefined): { promise: Promise<number>; cancel: () => void } {
  if (timeoutMs === undefined) return { promise: new Promise(() => undefined), cancel: () => undefined };
  const aborter = new AbortController();
  const promise = new Promise<number>((resolve) => {
    const timer = setTimeout(() => {
      process.stderr.write(`drydock: ended after ${timeoutMs / 1000} s (--timeout)\n`);
      resolve(TIMED_OUT);
    }, timeoutMs);
    aborter.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
  return { promise, cancel: () => aborter.abort() };
}
