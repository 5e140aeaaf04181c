// What both `npm start` and `npm test` need first: dependencies, the guest, the built page and command.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { bin, must, PROJECT } from './run.mjs';

const LOCK = `${PROJECT}package-lock.json`;
/** Written last, so that an interrupted install is done again. */
const INSTALLED = `${PROJECT}node_modules/.drydock-installed`;

export async function installDependencies() {
  const wanted = createHash('sha256').update(readFileSync(LOCK)).digest('hex');
  if (readIfThere(INSTALLED) === wanted) return;
  console.log('Installing dependencies');
  await must('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(INSTALLED, wanted);
}

export async function buildGuest() {
  await must(bin('tsx'), ['emulator/build.ts']);
}

/** The images that are a Debian with packages, which the first prompt does not wait for. */
export async function buildCuratedImages() {
  await must(bin('tsx'), ['emulator/build.ts', '--curated']);
}

/** The guest and the images, beside the page that is already built. */
export async function assembleSite() {
  await must(bin('tsx'), ['scripts/assemble-site.ts']);
}

export async function buildSite() {
  console.log('Building the page and the command');
  await must('npm', ['run', '--silent', 'build'], { quiet: true });
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
