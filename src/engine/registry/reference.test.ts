import { describe, expect, it } from 'vitest';
import {
  canonicalString,
  familiarName,
  familiarString,
  parseDigest,
  parseReference,
  withDefaultTag,
  withTag,
} from './reference.ts';

const digest = `sha256:${'ab'.repeat(32)}`;

describe('parseReference', () => {
  const good: [text: string, canonical: string, familiar: string][] = [
    ['busybox', 'docker.io/library/busybox', 'busybox'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36', 'busybox:1.36'],
    ['library/busybox', 'docker.io/library/busybox', 'busybox'],
    ['docker.io/busybox', 'docker.io/library/busybox', 'busybox'],
    ['index.docker.io/busybox', 'docker.io/library/busybox', 'busybox'],
    ['user/app', 'docker.io/user/app', 'user/app'],
    ['docker.io/library/a/b', 'docker.io/library/a/b', 'library/a/b'],
    ['localhost/app', 'localhost/app', 'localhost/app'],
    ['localhost:5000/app:v1', 'localhost:5000/app:v1', 'localhost:5000/app:v1'],
    ['[::1]:5000/app', '[::1]:5000/app', '[::1]:5000/app'],
    ['ghcr.io/a/b-c_d__e.f:T_1.2-3', 'ghcr.io/a/b-c_d__e.f:T_1.2-3', 'ghcr.io/a/b-c_d__e.f:T_1.2-3'],
    ['HOST/app', 'HOST/app', 'HOST/app'],
    [`busybox@${digest}`, `docker.io/library/busybox@${digest}`, `busybox@${digest}`],
    [`busybox:1@${digest}`, `docker.io/library/busybox:1@${digest}`, `busybox:1@${digest}`],
  ];
  it.each(good)('reads %s', (text, canonical, familiar) => {
    const reference = parseReference(text);
    expect(canonicalString(reference)).toBe(canonical);
    expect(familiarString(reference)).toBe(familiar);
  });

  const bad: [text: string, message: string][] = [
    ['', 'invalid reference format'],
    [':tag', 'invalid reference format'],
    ['a//b', 'invalid reference format'],
    ['-app', 'invalid reference format'],
    ['app:', 'invalid reference format'],
    ['app:tag:tag', 'invalid reference format'],
    [`app:${'t'.repeat(129)}`, 'invalid reference format'],
    ['app@sha256:abc', 'invalid reference format'],
    ['a...b', 'invalid reference format'],
    ['Foo', 'invalid reference format: repository name (library/Foo) must be lowercase'],
    ['user/Foo:1', 'invalid reference format: repository name (user/Foo) must be lowercase'],
    [`app@sha256:${'ab'.repeat(20)}`, 'invalid checksum digest length'],
    [`app@md5:${'ab'.repeat(20)}`, 'unsupported digest algorithm'],
    ['a'.repeat(260), 'repository name must not be more than 255 characters'],
    ['ab'.repeat(32), `invalid repository name (${'ab'.repeat(32)}), cannot specify 64-byte hexadecimal strings`],
  ];
  it.each(bad)('refuses %s', (text, message) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'invalid-argument', message }));
  });

  it('reads a hostile name in time', () => {
    const startMs = performance.now();
    expect(() => parseReference(`${'a-'.repeat(50_000)}!`)).toThrow('invalid reference format');
    expect(performance.now() - startMs).toBeLessThan(1000);
  });
});

describe('parts of references', () => {
  it('default to latest only without tag and digest', () => {
    expect(familiarString(withDefaultTag(parseReference('app')))).toBe('app:latest');
    expect(familiarString(withDefaultTag(parseReference('app:1')))).toBe('app:1');
    expect(familiarString(withDefaultTag(parseReference(`app@${digest}`)))).toBe(`app@${digest}`);
  });

  it('are checked', () => {
    expect(() => withTag(parseReference('app'), 'no spaces')).toThrow('invalid tag format');
    expect(() => parseDigest('sha256:xyz')).toThrow('invalid checksum digest length');
    expect(familiarName(parseReference('docker.io/library/app:1'))).toBe('app');
  });
});
