import { expect, test } from 'vitest';
import { linkedPath } from './linked-path.ts';

test.each([
  ['GET', '/containers/json', '/containers/json'],
  ['GET', '/containers/web/json', '/containers/web/json'],
  ['GET', '/containers/web/attach/ws', '/containers/web/attach/ws'],
  ['GET', '/containers/web/db/json', '/containers/web%2Fdb/json'],
  ['DELETE', '/containers/web', '/containers/web'],
  ['DELETE', '/containers/web/db', '/containers/web%2Fdb'],
  ['POST', '/networks/a/b', '/networks/a/b'],
])('%s %s', (method, path, expected) => {
  expect(linkedPath(method, path)).toBe(expected);
});
