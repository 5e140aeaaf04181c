import { expect, it } from 'vitest';
import { parseReference } from '../../engine/registry/reference.ts';
import { mirrorTarget, pageName } from './mirror-target.ts';

const digest = `sha256:${'a'.repeat(64)}`;

it.each([
  ['alpine:3', undefined, 'library/alpine', 'alpine:3'],
  ['team/app:v1', undefined, 'team/app', 'team/app:v1'],
  ['quay.io/team/app:v1', undefined, 'team/app', 'team/app:v1'],
  ['localhost:5000/app:v1', undefined, 'library/app', 'app:v1'],
  [`alpine@${digest}`, undefined, 'library/alpine', `alpine@${digest}`],
  ['nginx:1.27', 'mirror/nginx', 'mirror/nginx', 'mirror/nginx:1.27'],
  ['nginx:1.27', 'web:old', 'library/web', 'web:old'],
  [`nginx@${digest}`, 'web', 'library/web', `web@${digest}`],
])('puts %s (as %s) into %s, which the page pulls as %s', (name, as, repository, pulled) => {
  const reference = parseReference(name);
  const target = mirrorTarget(reference, as);
  expect(target.repository).toBe(repository);
  expect(pageName(target, reference)).toBe(pulled);
});

it.each(['quay.io/app', `app@${digest}`])('takes no name that the page cannot pull by: %s', (as) => {
  expect(() => mirrorTarget(parseReference('nginx:1'), as)).toThrow(
    `Cannot mirror as "${as}": the name must have no host and no digest`,
  );
});
