// What both `npm start` and `npm test` need first: dependencies, the guest, the built page and command.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { bin, must, PROJECT, run } from './run.mjs';

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

/** As buildGuest, and the images that are a Debian with packages, which the first prompt does not wait for. */
export async function buildGuestAndImages() {
  await must(bin('tsx'), ['emulator/build.ts', '--curated']);
}

/** Adds those images to the page that is already built. A failure is the caller's to tell. @returns whether they are there */
export async function addCuratedImages() {
  return (
    (await run(bin('tsx'), ['emulator/build.ts', '--curated'])) === 0 &&
    (await run(bin('tsx'), ['scripts/assemble-site.ts'])) === 0
  );
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
