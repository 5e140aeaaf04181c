// The JSON that the shim reads by hand: cut out exactly, or not at all, whatever the text is.
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

const cut = (how: string, config: string): string => execFileSync(program, [how, config], { encoding: 'utf8' });

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
    const output = cut('rules', text);
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
  ])('%s: left alone', (_, text) => expect(cut('rules', text)).toBe(''));
});

describe('what an exec reads of a config.json', () => {
  const process = {
    user: { uid: 7, gid: 8 },
    env: ['A=","', 'B=\\"}'],
    cwd: '/',
    selinuxLabel: 's',
    apparmorProfile: 'a',
  };
  const seccomp = {
    defaultAction: 'SCMP_ACT_ERRNO',
    flags: ['SECCOMP_FILTER_FLAG_LOG'],
    listenerPath: '/l',
    listenerMetadata: 'm',
  };
  const mappings = { uidMappings: [{ containerID: 0, hostID: 1, size: 2 }], gidMappings: [] };
  const linux = {
    namespaces: [{ type: 'network', path: '/proc/1/ns/net' }],
    personality: { domain: 'LINUX' },
    ...mappings,
  };
  const read = { ociVersion: '1.0.2', process, annotations: { 'run.oci.handler': '' }, linux: { ...linux, seccomp } };
  const capabilities = { bounding: ['CAP_KILL'] };
  const config = {
    hostname: 'h',
    mounts: [{ destination: '/proc', type: 'proc' }],
    ...read,
    process: {
      terminal: false,
      args: ['{', '"linux":'],
      ...process,
      capabilities,
      noNewPrivileges: false,
      oomScoreAdj: 0,
    },
    root: { path: 'rootfs' },
    linux: {
      resources: { devices: [] },
      maskedPaths: ['/proc/kcore'],
      ...linux,
      seccomp: { ...seccomp, architectures: ['SCMP_ARCH_X86'], syscalls: [{ names: ['read'] }] },
      sysctl: {},
    },
  };

  test.each([
    ['as the engine writes it', undefined],
    ['as a person writes it', 4],
  ])('%s', (_, indent) => {
    const text = JSON.stringify(config, null, indent);
    expect(JSON.parse(cut('exec-able', text))).toEqual(read);
    expect(JSON.parse(cut('exec', text))).toEqual({ ...read, process: { ...process, capabilities } });
  });

  test('objects may be empty, and there is nothing to leave out', () => {
    expect(cut('exec', '{}')).toBe('{}\n');
    expect(cut('exec', ' {"linux": {"seccomp": {} } } ')).toBe('{"linux": {"seccomp": {}}}\n');
  });

  test.each([
    ['no object', '[]'],
    ['no object inside', '{"linux":null}'],
    ['a comma too many', '{"ociVersion":"1.0.2",}'],
    ['no comma', '{"ociVersion":"1.0.2" "linux":{}}'],
    ['an end inside a string', '{"ociVersion":"1.0.2'],
    ['an end inside an object', '{"linux":{"namespaces":[]'],
    ['an end inside what is left out', '{"mounts":[{}'],
    ['something behind it', '{}{}'],
    ['nothing', ''],
  ])('%s: left to the parser', (_, text) => expect(cut('exec', text)).toBe(''));
});
