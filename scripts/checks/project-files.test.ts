import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { projectFiles } from './project-files.ts';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'drydock-files-'))));
afterEach(() => rmSync(root, { recursive: true }));
const write = (path: string) => writeFileSync(join(root, path), path);
const git = (...args: string[]) => execFileSync('git', args, { cwd: root });

it('are what Git has and would have, and what is still there', () => {
  git('init', '-q');
  for (const path of ['package.json', 'ä b.ts', 'gone.ts', 'ignored']) write(path);
  writeFileSync(join(root, '.gitignore'), 'ignored\n');
  git('add', 'package.json', 'gone.ts');
  rmSync(join(root, 'gone.ts'));
  expect(projectFiles(root)).toEqual(['.gitignore', 'package.json', 'ä b.ts']);
});

it('are unknown without Git, and in a repository that is somebody else’s', () => {
  write('package.json');
  expect(projectFiles(root)).toBeUndefined();
  git('init', '-q');
  writeFileSync(join(root, '.gitignore'), 'project\n');
  mkdirSync(join(root, 'project'));
  write('project/package.json');
  expect(projectFiles(join(root, 'project'))).toBeUndefined();
});
