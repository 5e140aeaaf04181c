// Starts programs for a test, in a small process of its own: a fork copies the page tables of whoever forks, and a
// process that holds engines needs ten times as long for it. See run-programs.ts for the messages.
import { spawn } from 'node:child_process';

process.on('message', ({ id, program, args, cwd, env, input, timeoutMs }) => {
  const child = spawn(program, args, { cwd, env, timeout: timeoutMs });
  const stdout = [];
  const stderr = [];
  child.stdout.on('data', (chunk) => stdout.push(chunk));
  child.stderr.on('data', (chunk) => stderr.push(chunk));
  child.on('error', (error) => process.send({ id, error: error.message }));
  child.on('close', (exitCode) => {
    process.send({ id, exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
  });
  // A client that ends without reading is what some rows are about.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
});
process.on('disconnect', () => process.exit());
