// Child processes for the scripts that must run before anything is installed: plain JavaScript, Node only.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs a command in the project's folder, its output passed through.
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: Record<string, string> }} [options] quiet: shown only when it fails
 * @returns {Promise<number>} its exit code
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: PROJECT,
      stdio: ['ignore', options.quiet ? 'pipe' : 'inherit', options.quiet ? 'pipe' : 'inherit'],
      env: { ...process.env, ...options.env },
    });
    /** @type {Buffer[]} */
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const result = code ?? (signal === 'SIGINT' ? 130 : 1);
      if (result !== 0 && options.quiet) process.stderr.write(Buffer.concat(output));
      resolve(result);
    });
  });
}

/** As `run`, but a failure ends this process with the command's code. */
export async function must(command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) {
    console.error(`\nStopped: "${[command, ...args].join(' ')}" ended with code ${code}.`);
    process.exit(code);
  }
}

/** Whether a program of this name is on the PATH. */
export function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}

/** Path of a program that npm installed. */
export function bin(name) {
  return `${PROJECT}node_modules/.bin/${name}`;
}
