// The one piece of JSON that the shim reads by hand: cut out exactly, or not at all, whatever the text is.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'slim-config-'));
const program = join(folder, 'slim-config');

beforeAll(() => {
  const flags = ['-std=gnu11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined'];
  const sources = ['slim-config.test.c', 'slim-config.c'].map((name) => join(import.meta.dirname, name));
  execFileSync('cc', [...flags, ...sources, '-o', program]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const slim = (config: string): string => execFileSync(program, [config], { encoding: 'utf8' });

describe('the seccomp rules of a config.json', () => {
  const seccomp = (syscalls: unknown) => ({
    defaultAction: 'SCMP_ACT_ERRNO',
    architectures: ['SCMP_ARCH_X86'],
    syscalls,
  });
  const config = (syscalls: unknown) => ({
    ociVersion: '1.0.2',
    process: { args: ['"linux":{"seccomp":', '\\', '}]'], env: ['A="b\\"'], capabilities: { bounding: [] } },
    annotations: { seccomp: '{"syscalls":[1]}' },
    linux: { namespaces: [{ type: 'pid' }], seccomp: seccomp(syscalls), maskedPaths: ['/proc/kcore'] },
  });
  const rules = [{ names: ['clone', 'a"]\\'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 2114060288 }] }, {}];

  test.each([
    ['as the engine writes it', JSON.stringify(config(rules))],
    ['as a person writes it', JSON.stringify(config(rules), null, 4)],
    ['last in its object', JSON.stringify({ linux: { seccomp: seccomp(rules) } })],
  ])('%s', (_, text) => {
    const output = slim(text);
    const found = /^([^]*?\])\n(\{[^]*)\n$/.exec(output);
    const whole = JSON.parse(text) as { linux: { seccomp: { syscalls: unknown } } };
    // Both parts are JSON, and together they are what there was.
    const left = JSON.parse(found?.[2] ?? '') as typeof whole;
    expect(left.linux.seccomp.syscalls).toEqual([]);
    left.linux.seccomp.syscalls = JSON.parse(found?.[1] ?? '');
    expect(left).toEqual(whole);
  });

  test.each([
    ['no profile', JSON.stringify({ linux: { resources: {} } })],
    ['no linux', '{"ociVersion":"1.0.2"}'],
    ['not an array', JSON.stringify({ linux: { seccomp: seccomp('[]') } })],
    ['an end inside a string', '{"linux":{"seccomp":{"syscalls":["clone'],
    ['an end inside an object', '{"linux":{"seccomp":{"syscalls":[{"names":[]}'],
    ['an end behind a name', '{"linux"'],
    ['nothing', ''],
    ['not JSON', '}]linux'],
  ])('%s: left alone', (_, text) => expect(slim(text)).toBe(''));
});
