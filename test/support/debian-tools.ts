// Other people's programs that tests hold ours against. They are part of the test machine: what is missing is installed where
// we may, and named with the command where we may not. A test is never skipped for it.
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @param tools program and the Debian package that has it @throws Error naming what to install */
export async function ensureDebianTools(
  ...tools: readonly (readonly [program: string, debianPackage: string])[]
): Promise<void> {
  const missing: string[] = [];
  for (const [program, debianPackage] of tools) if (!(await onPath(program))) missing.push(debianPackage);
  if (missing.length === 0) return;
  const args = ['install', '-y', '--no-install-recommends', ...missing];
  if (process.getuid?.() !== 0)
    throw new Error(`Tests need other tools. Install them with: sudo apt-get ${args.join(' ')}`);
  process.stderr.write(`installing ${missing.join(' ')} for the tests\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // An index that is being synchronised fails the update; the others may be enough.
  await run('apt-get', ['update'], { env }).catch(() => undefined);
  await run('apt-get', args, { env, maxBuffer: 16 * 1024 * 1024 });
}

async function onPath(program: string): Promise<boolean> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
