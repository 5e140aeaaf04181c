import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BenchUnprepared, requireImages } from './needed-images.ts';

let site: string;
beforeEach(() => void (site = mkdtempSync(join(tmpdir(), 'drydock-site-'))));
afterEach(() => rmSync(site, { recursive: true }));
const build = (name: string) => mkdirSync(join(site, 'v2/library', name, 'manifests'), { recursive: true });

/** What it is refused with. */
function refusal(...names: string[]): string {
  try {
    requireImages(site, names);
  } catch (error) {
    expect(error).toBeInstanceOf(BenchUnprepared);
    return (error as Error).message;
  }
  return '';
}

it('names what is missing, and the command that makes it', () => {
  const command = 'npm run guest -- --curated && npm run build';
  expect(refusal('debian', 'python')).toContain(`"debian" and "python" are not in "${site}"`);
  build('debian');
  expect(refusal('debian', 'python')).toContain(`Cannot measure images: "python" is not in "${site}"`);
  expect(refusal('debian', 'python')).toContain(command);
});

it('says nothing when all are there', () => {
  build('debian');
  build('python');
  expect(refusal('debian', 'python')).toBe('');
});
