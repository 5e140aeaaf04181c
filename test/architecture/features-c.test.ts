// docs/features-c.md names the tests that show each feature: what it names exists.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const project = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(project, 'docs/features-c.md'), 'utf8');
/** `path` or `path › title`. */
const named = [...page.matchAll(/`((?:src|test)\/[^`›]+\.ts)(?: › ([^`]+))?`/g)].map(([, path = '', title]) => ({
  path,
  title,
}));
const rows = ['A2', 'A3', 'A6', 'A7', 'A8', 'A9', 'C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7'];

it.each(rows)('%s is there', (row) => expect(page).toMatch(new RegExp(`^(## )?${row} `, 'm')));

it.each(named)('$path › $title', ({ path, title }) => {
  expect(existsSync(join(project, path))).toBe(true);
  if (title === undefined) return;
  // As the first argument of `it`, `test`, `describe` or one of their tables.
  expect(readFileSync(join(project, path), 'utf8')).toContain(`'${title}',`);
});

it('every row names a test', () => expect(named.length).toBeGreaterThan(rows.length));
