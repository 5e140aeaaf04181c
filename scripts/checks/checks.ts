// What `npm test` checks file by file, and what each check depends on.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { FileCheck } from './file-check.ts';

export const ROOT = join(import.meta.dirname, '../..');

const TYPED = /^src\/(?!app\/).*(?<!\.test)\.ts$/;

/** The packages' versions with everything else that is locked. */
const VERSIONS = 'package-lock.json';

export const LINT: FileCheck = {
  name: 'lint',
  covers: (path) => /\.(ts|js|mjs|cjs|svelte)$/.test(path),
  settings: [VERSIONS, 'eslint.config.js', 'svelte.config.js'],
  // As in eslint.config.js: some rules ask for types, which come from anywhere in src.
  dependsOnOthers: (path) => TYPED.test(path),
  isOther: (path) => /^src\/.*\.(ts|json)$/.test(path) || /^tsconfig.*\.json$/.test(path),
  run: (paths) => tool('eslint', ['--max-warnings=0', '--no-warn-ignored', ...(paths ?? ['.'])]),
};

export const FORMAT: FileCheck = {
  name: 'format',
  covers: () => true,
  settings: [VERSIONS, '.prettierrc.json', '.prettierignore', '.editorconfig', '.gitignore'],
  dependsOnOthers: () => false,
  isOther: () => false,
  run: (paths) => tool('prettier', ['--check', '--log-level=warn', '--ignore-unknown', ...(paths ?? ['.'])]),
};

export function tool(name: string, args: readonly string[]): boolean {
  const { error, status } = spawnSync(join(ROOT, 'node_modules/.bin', name), args, { cwd: ROOT, stdio: 'inherit' });
  if (error !== undefined) throw error;
  return status === 0;
}
