// Patterns as Go's path.Match takes them.
import { describe, expect, it } from 'vitest';
import { matchesPattern } from './reference-pattern.ts';

describe('matchesPattern', () => {
  it.each([
    ['busybox', 'busybox:1.36', true],
    ['busybox:1.36', 'busybox:1.36', true],
    ['busy*', 'busybox:1.36', true],
    ['*:1*', 'busybox:1.36', true],
    ['*', 'team/app:v2', false],
    ['*/*', 'team/app:v2', true],
    ['localhost:*/app', 'localhost:5000/app:v2', true],
    ['app', `app@sha256:${'0'.repeat(64)}`, true],
    ['b?sybox', 'busybox:1.36', true],
    ['?', '/', false],
    ['[a-c]usybox', 'busybox:1', true],
    ['[^a]usybox', 'busybox:1', true],
    ['team[^x]app', 'team/app:v2', true],
    ['[c-a]pp', 'app:v2', false],
    ['[^c-a]pp', 'app:v2', true],
    [String.raw`[\-x]pp`, '-pp', true],
    [String.raw`\[a]`, '[a]', true],
    ['a.p', 'app:v2', false],
    ['', 'app:v2', false],
  ])('%j on %j', (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected);
  });

  it.each(['[', '[]', '[]a]', '[a', '[a-]', '[-a]', '[^]', 'a\\', '[\\'])('%j makes no sense', (pattern) => {
    expect(() => matchesPattern(pattern, 'busybox:latest')).toThrow('syntax error in pattern');
  });
});
