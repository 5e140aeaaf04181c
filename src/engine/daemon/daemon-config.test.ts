import { describe, expect, it } from 'vitest';
import { FakeFiles } from '../../machine/fake/fake-files.ts';
import { DEFAULT_CONFIG, loadDaemonConfig } from './daemon-config.ts';

async function load(text: string) {
  const files = new FakeFiles();
  await files.mkdir('/etc/docker');
  await files.write('/etc/docker/daemon.json', new TextEncoder().encode(text));
  await files.write('/etc/docker/seccomp.json', new TextEncoder().encode('{"defaultAction":"SCMP_ACT_ALLOW"}'));
  return loadDaemonConfig(files);
}

const refusal = async (text: string) =>
  load(text).then(
    () => 'no error',
    (error: Error) =>
      error.message
        .replace('unable to configure the Docker daemon with file /etc/docker/daemon.json: ', 'F: ')
        .replace('merged configuration validation from file and command line flags failed: ', 'V: '),
  );

describe('loadDaemonConfig', () => {
  it('has defaults for a missing and for an empty file', async () => {
    expect(await loadDaemonConfig(new FakeFiles())).toBe(DEFAULT_CONFIG);
    expect(await load(' \n')).toEqual(DEFAULT_CONFIG);
    expect(await load('{}')).toEqual(DEFAULT_CONFIG);
    expect(DEFAULT_CONFIG).toMatchObject({
      dataRoot: '/var/lib/docker',
      defaultShmBytes: 67108864,
      logDriver: 'json-file',
    });
  });

  it('reads every option it honours', async () => {
    const config = await load(`{
      "data-root": "/data/docker/", "log-driver": "local", "log-opts": {"max-size": "10m"}, "init": true,
      "default-ulimits": {"nofile": {"Name": "nofile", "Hard": 64000, "Soft": 32000}}, "default-shm-size": "128M",
      "default-ipc-mode": "shareable", "default-cgroupns-mode": "host", "no-new-privileges": true,
      "labels": ["a=b", "a=b"], "live-restore": true, "registry-mirrors": ["https://mirror.test"],
      "insecure-registries": ["registry.test:5000"], "userns-remap": "default",
      "default-address-pools": [{"base": "172.80.0.0/16", "size": 24}], "dns": ["1.1.1.1"], "dns-opts": ["ndots:2"],
      "dns-search": ["example.test"], "seccomp-profile": "/etc/docker/seccomp.json", "shutdown-timeout": 3, "debug": true,
      "storage-driver": "overlay2", "exec-opts": ["native.cgroupdriver=cgroupfs"], "max-concurrent-downloads": 5,
      "proxies": {"http-proxy": "http://proxy.test"}, "hosts": ["unix:///var/run/docker.sock"]}`);
    expect(config).toMatchObject({
      dataRoot: '/data/docker',
      logDriver: 'local',
      logOpts: { 'max-size': '10m' },
      init: true,
      defaultUlimits: [{ Name: 'nofile', Hard: 64000, Soft: 32000 }],
      defaultShmBytes: 134217728,
      defaultIpcMode: 'shareable',
      defaultCgroupnsMode: 'host',
      noNewPrivileges: true,
      labels: ['a=b'],
      liveRestore: true,
      registryMirrors: ['https://mirror.test/'],
      insecureRegistries: ['registry.test:5000'],
      usernsRemap: 'default',
      defaultAddressPools: [{ base: '172.80.0.0/16', size: 24 }],
      dns: ['1.1.1.1'],
      dnsOptions: ['ndots:2'],
      dnsSearch: ['example.test'],
      seccompProfile: { path: '/etc/docker/seccomp.json', json: '{"defaultAction":"SCMP_ACT_ALLOW"}' },
      shutdownTimeoutS: 3,
      debug: true,
      maxConcurrentDownloads: 5,
      withoutEffect: ['http-proxy', 'hosts'],
    });
  });

  it.each([
    ['{"debug": true,}', `F: invalid character '}' looking for beginning of object key string`],
    ['{"debug" true}', `F: invalid character 't' after object key`],
    ['{"debug": tru}', `F: invalid character '}' in literal true (expecting 'e')`],
    ['{"debug": true "x": 1}', `F: invalid character '"' after object key:value pair`],
    ['{"labels": ["a=b" "c=d"]}', `F: invalid character '"' after array element`],
    ["{'debug': true}", `F: invalid character '\\'' looking for beginning of object key string`],
    ['{"debug": true', 'F: unexpected end of JSON input'],
    ['{} x', `F: invalid character 'x' after top-level value`],
    ['{"mtu": 1.}', `F: invalid character '}' after decimal point in numeric literal`],
    ['{"bip": "a\nb"}', `F: invalid character '\\n' in string literal`],
    ['[]', 'F: json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ])('refuses %j: %s', async (text, message) => expect(await refusal(text)).toBe(message));

  it.each([
    [
      '{"colour": 1, "debug": true, "taste": 2}',
      "F: the following directives don't match any configuration option: colour, taste",
    ],
    ['{"debug": "yes"}', 'F: json: cannot unmarshal string into Go struct field Config.debug of type bool'],
    ['{"labels": "a=b"}', 'F: json: cannot unmarshal string into Go struct field Config.labels of type []string'],
    ['{"labels": [1]}', 'F: json: cannot unmarshal number into Go struct field Config.labels of type string'],
    ['{"mtu": 1.5}', 'F: json: cannot unmarshal number 1.5 into Go struct field Config.mtu of type int'],
    ['{"default-shm-size": "64Q"}', "F: invalid size: '64Q'"],
    ['{"default-shm-size": 64}', 'F: invalid size: "64"'],
    ['{"dns": ["nowhere"]}', 'F: invalid IP address: nowhere'],
    ['{"ip": "here"}', 'F: invalid IP address: here'],
    ['{"default-address-pools": [{"base": "10.0.0.0", "size": 24}]}', `F: netip.ParsePrefix("10.0.0.0"): no '/'`],
    [
      '{"default-address-pools": [{"base": "x/8", "size": 24}]}',
      'F: netip.ParsePrefix("x/8"): ParseAddr("x"): unable to parse IP',
    ],
    [
      '{"bip": "10.9.0.1"}',
      'failed to start daemon: Error initializing network controller: parse bip failed: invalid CIDR address: 10.9.0.1',
    ],
    ['{"labels": ["bare"]}', 'F: V: bad attribute format: bare'],
    [
      '{"labels": ["com.docker.x=1"]}',
      'F: V: label com.docker.x=1 is not allowed: the namespaces com.docker.*, io.docker.*, and org.dockerproject.* are reserved for internal use',
    ],
    ['{"max-concurrent-downloads": -1}', 'F: V: invalid max concurrent downloads: -1'],
    [
      '{"exec-opts": ["native.cgroupdriver"]}',
      "F: V: invalid exec-opt (native.cgroupdriver): must be formatted 'opt=value'",
    ],
    ['{"exec-opts": ["a=b"]}', "F: V: invalid exec-opt (a=b): unknown option: 'a'"],
    [
      '{"default-ipc-mode": "host"}',
      'F: V: IPC mode "host" is not supported as default value; use "shareable" or "private"',
    ],
    ['{"default-cgroupns-mode": "x"}', 'F: V: invalid default cgroup namespace (x): use "host" or "private"'],
    ['{"log-level": "loud"}', 'F: V: invalid logging level: loud'],
    ['{"dns-search": ["-"]}', 'F: V: - is not a valid domain'],
    ['{"labels": ["a=1", "a=2"]}', 'conflict labels for a=2 and a=1'],
    ['{"storage-driver": "zfs"}', 'failed to start daemon: error initializing graphdriver: driver not supported: zfs'],
    [
      '{"registry-mirrors": ["ftp://m"]}',
      'failed to start daemon: invalid mirror: unsupported scheme "ftp" in "ftp://m"',
    ],
    ['{"exec-opts": ["native.cgroupdriver=x"]}', 'failed to start daemon: native.cgroupdriver option x not supported'],
    [
      '{"seccomp-profile": "/nowhere"}',
      'failed to start daemon: opening seccomp profile (/nowhere) failed: open /nowhere: no such file or directory',
    ],
    [
      '{"data-root": "docker"}',
      'failed to start daemon: cannot use "docker" as data-root: it must be the absolute path of a directory of its own',
    ],
  ])('refuses %s: %s', async (text, message) => expect(await refusal(text)).toBe(message));
});
