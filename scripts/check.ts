// One check of the project's text, as `npm test` runs it: tsx scripts/check.ts lint|format|types
import { join } from 'node:path';
import { CACHE } from '../emulator/lib/paths.ts';
import { FORMAT, LINT, ROOT, tool } from './checks/checks.ts';
import { checkFiles } from './checks/file-check.ts';
import { projectFiles } from './checks/project-files.ts';
import { withKeptBuild } from './checks/types.ts';

const cache = join(CACHE, 'checked');
const ofFiles = (check: typeof LINT) => checkFiles(check, { root: ROOT, cache, files: projectFiles(ROOT) });
const CHECKS: Record<string, () => boolean> = {
  lint: () => ofFiles(LINT),
  format: () => ofFiles(FORMAT),
  types: () => withKeptBuild(join(ROOT, '.cache/tsc'), join(cache, 'types'), () => tool('tsc', ['-b'])),
};

const [name = ''] = process.argv.slice(2);
const check = CHECKS[name];
if (check === undefined) throw new Error(`Cannot check "${name}": there are ${Object.keys(CHECKS).join(', ')}`);
process.exitCode = check() ? 0 : 1;
