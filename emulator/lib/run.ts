// Running the tools of the build: what they print goes to the step's log, and a failure shows the end of it.
import { execFile, spawn } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import { closeSync, openSync } from 'node:fs';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** File that the output is appended to. */
  readonly log: string;
}

export class CommandError extends Error {
  override readonly name = 'CommandError';
}

const TAIL_LINES = 15;

/** @throws CommandError with the command, its exit status, the end of its output, and where the rest is */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<void> {
  await appendFile(options.log, `\n$ ${command} ${args.join(' ')}\n`);
  const fd = openSync(options.log, 'a');
  const status = await new Promise<string>((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.env },
      stdio: ['ignore', fd, fd],
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? '' : `exit status ${code ?? signal}`));
  });
  closeSync(fd);
  if (status === '') return;
  const tail = (await readFile(options.log, 'utf8')).trimEnd().split('\n').slice(-TAIL_LINES);
  throw new CommandError(
    `\`${command} ${args.slice(0, 3).join(' ')} ...\`: ${status}\n  ${tail.join('\n  ')}\n  (all of it: ${options.log})`,
  );
}

/** The first line that a command prints, whatever its exit status: `mkfs.erofs -V` fails after saying its version. */
export async function firstLine(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, (error, stdout, stderr) => {
      if (error && typeof error.code === 'string') reject(error);
      else resolve((stdout || stderr).split('\n')[0] ?? '');
    });
  });
}

/** Standard output of a command. @throws CommandError when it fails */
export async function capture(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString());
      else
        reject(
          new CommandError(
            `\`${command} ${args.join(' ')}\`: exit status ${code}: ${Buffer.concat(errors).toString().trim()}`,
          ),
        );
    });
  });
}
