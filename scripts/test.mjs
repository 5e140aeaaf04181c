// `npm test`: everything CI runs, from a fresh clone. Ends with "N passed, N failed".
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { installHostTools } from './lib/host-tools.mjs';
import { buildGuestAndImages, buildSite, installDependencies } from './lib/prepare.mjs';
import { bin, PROJECT, run } from './lib/run.mjs';

await installDependencies();
await installHostTools();
await buildGuestAndImages();

/** @typedef {[name: string, program: string, args: string[]]} Check */
/** Longest first, as measured in a fresh clone with an empty cache. What was found good before is not looked at again. @type {Check[]} */
const CHECKS = [
  ['lint', bin('tsx'), ['scripts/check.ts', 'lint']],
  ['types', bin('tsx'), ['scripts/check.ts', 'types']],
  ['format', bin('tsx'), ['scripts/check.ts', 'format']],
  ['types of the page', bin('svelte-check'), ['--tsconfig', 'src/app/tsconfig.json', '--fail-on-warnings']],
];

let passed = 0;
let failed = 0;
// Two at a time: each uses one core. No check reads what is built.
await Promise.all([inTurn(CHECKS), buildSite().then(() => inTurn(CHECKS))]);

/** Whoever is free takes the next one. @param {Check[]} checks */
async function inTurn(checks) {
  for (let check = checks.shift(); check !== undefined; check = checks.shift()) {
    const [name, program, args] = check;
    const start = performance.now();
    const ok = (await run(program, args, { quiet: true })) === 0;
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    if (ok) passed++;
    else failed++;
  }
}

for (const project of ['unit', 'guest', 'e2e']) {
  const counts = await vitest(project);
  passed += counts.passed;
  failed += counts.failed;
}

console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** A run that dies without a report counts as one failure. */
async function vitest(project) {
  const report = `${PROJECT}test-results/${project}.json`;
  mkdirSync(`${PROJECT}test-results`, { recursive: true });
  rmSync(report, { force: true });
  const args = ['run', '--project', project, '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const code = await run(bin('vitest'), args);
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    // A skipped test proves nothing, and a file that could not be loaded has no failed tests of its own.
    const broken = numFailedTests + numPendingTests || (code === 0 ? 0 : Math.max(1, numFailedTestSuites));
    return { passed: numPassedTests, failed: broken };
  } catch (error) {
    console.error(`No report of the ${project} tests: ${error}`);
    return { passed: 0, failed: 1 };
  }
}
