// daemon.json's defaults count for what a container leaves open, and for nothing else.
import { expect, test } from 'vitest';
import { hostConfigSchema } from '../container/create-request.ts';
import { withCreateDefaults, withRunDefaults, withUlimits } from './container-defaults.ts';
import { DEFAULT_CONFIG } from './daemon-config.ts';
import type { DaemonConfig } from './daemon-config.ts';

const daemon: DaemonConfig = {
  ...DEFAULT_CONFIG,
  logDriver: 'local',
  logOpts: { 'max-size': '1m', 'max-file': '2' },
  defaultUlimits: [
    { Name: 'nofile', Soft: 10, Hard: 20 },
    { Name: 'core', Soft: 0, Hard: 0 },
  ],
  defaultShmBytes: 1024,
  defaultIpcMode: 'shareable',
  defaultCgroupnsMode: 'host',
  cgroupParent: '/own',
  init: true,
  noNewPrivileges: true,
};
const empty = hostConfigSchema.parse({});

test('what is left open is as the file says', () => {
  expect(withCreateDefaults(empty, daemon)).toMatchObject({
    LogConfig: { Type: 'local', Config: { 'max-size': '1m', 'max-file': '2' } },
    ShmSize: 1024,
    IpcMode: 'shareable',
    CgroupnsMode: 'host',
  });
  expect(withRunDefaults(empty, daemon)).toMatchObject({
    Init: true,
    CgroupParent: '/own',
    SecurityOpt: ['no-new-privileges'],
    Ulimits: daemon.defaultUlimits,
  });
});

test('the daemon’s seccomp profile is that of containers that name none and are not privileged', () => {
  const json = '{"defaultAction":"SCMP_ACT_ALLOW"}';
  const strict: DaemonConfig = { ...DEFAULT_CONFIG, seccompProfile: { path: '/etc/docker/seccomp.json', json } };
  const optionsOf = (request: object, config = strict): unknown =>
    withRunDefaults(hostConfigSchema.parse(request), config).SecurityOpt;
  expect(optionsOf({})).toEqual([`seccomp=${json}`]);
  expect(optionsOf({}, { ...DEFAULT_CONFIG, seccompProfile: 'unconfined' })).toEqual(['seccomp=unconfined']);
  expect(optionsOf({ SecurityOpt: ['seccomp=builtin'] })).toEqual(['seccomp=builtin']);
  expect(optionsOf({ Privileged: true })).toEqual([]);
});

test('without a file it is as Docker has it', () => {
  expect(withCreateDefaults(empty, DEFAULT_CONFIG)).toMatchObject({
    LogConfig: { Type: 'json-file', Config: {} },
    ShmSize: 64 << 20,
    IpcMode: 'private',
    CgroupnsMode: 'private',
  });
  expect(withRunDefaults(empty, DEFAULT_CONFIG)).toEqual({ ...empty, Init: undefined });
});

test('what the container says comes first', () => {
  const asked = hostConfigSchema.parse({
    LogConfig: { Type: 'local', Config: { 'max-size': '5k' } },
    ShmSize: 5,
    IpcMode: 'none',
    CgroupnsMode: 'private',
    Init: false,
    CgroupParent: '/theirs',
    SecurityOpt: ['no-new-privileges=false'],
    Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }],
  });
  expect(withCreateDefaults(asked, daemon)).toEqual({
    ...asked,
    LogConfig: { Type: 'local', Config: { 'max-size': '5k', 'max-file': '2' } },
  });
  const run = withRunDefaults(asked, daemon);
  expect(run).toMatchObject({ Init: false, CgroupParent: '/theirs', SecurityOpt: ['no-new-privileges=false'] });
  expect(run.Ulimits).toEqual([
    { Name: 'nofile', Soft: 1, Hard: 2 },
    { Name: 'core', Soft: 0, Hard: 0 },
  ]);
});

test('options of the default driver are not for another one', () => {
  const asked = hostConfigSchema.parse({ LogConfig: { Type: 'json-file', Config: {} } });
  expect(withCreateDefaults(asked, daemon).LogConfig).toEqual({ Type: 'json-file', Config: {} });
});

test('no ulimits in the file leave the container as it is', () => {
  expect(withUlimits(empty, DEFAULT_CONFIG)).toBe(empty);
});
