// Every flag that `docker run` and `docker create` share. One table: the help, the parser and the request read it.
import {
  boolFlag,
  bytesFlag,
  durationFlag,
  intFlag,
  nanoCpusFlag,
  stringFlag,
  uintFlag,
} from '../flags/scalar-flags.ts';
import { listFlag, mapFlag, parsedListFlag } from '../flags/list-flags.ts';
import {
  checkAttach,
  checkDeviceCgroupRule,
  checkDnsSearch,
  checkEnv,
  checkExtraHost,
  checkIpAddress,
  checkLabel,
  checkLink,
  checkSysctl,
} from './checks.ts';
import { mountFlag } from './mount-option.ts';
import { networkFlag } from './network-option.ts';
import { gpusFlag, parseByteRate, parseDeviceWeight, parseOperationRate, ulimitFlag } from './resource-options.ts';

const rates = { defaultText: '[]' };

const CGROUPNS = `Which cgroups it sees (host|private)
'host':    all those of the host
'private': only its own
'':        as the daemon says (default)`;

/** What the container is and runs. */
const processFlags = {
  annotation: mapFlag('Note for the OCI runtime, passed on as it is'),
  attach: listFlag('Connect this stream of yours: STDIN, STDOUT or STDERR', { short: 'a', check: checkAttach }),
  domainname: stringFlag('NIS domain name inside the container'),
  entrypoint: stringFlag("Program to run instead of the image's ENTRYPOINT"),
  env: listFlag('Set a variable, or pass yours on by its name', { short: 'e', check: checkEnv }),
  'env-file': listFlag('Read variables from a file, one a line'),
  'group-add': listFlag('Give the process one more group'),
  help: boolFlag('Show this page'),
  hostname: stringFlag('Name of the machine inside the container', { short: 'h' }),
  init: boolFlag('Put a small init at PID 1 that passes signals on and reaps zombies'),
  interactive: boolFlag('Keep stdin open, even with nobody attached', { short: 'i' }),
  label: listFlag('Attach a label', { short: 'l', check: checkLabel }),
  'label-file': listFlag('Read labels from a file, one a line'),
  platform: stringFlag('Choose this platform of a multi-platform image'),
  privileged: boolFlag('Lift nearly every restriction'),
  restart: stringFlag('What to do when the container ends', { initial: 'no' }),
  rm: boolFlag('Delete the container and its anonymous volumes when it ends'),
  runtime: stringFlag('OCI runtime for this container'),
  'stop-signal': stringFlag('Signal that docker stop sends'),
  'stop-timeout': intFlag('Seconds that docker stop waits before it kills'),
  tty: boolFlag('Give the process a terminal', { short: 't' }),
  user: stringFlag('Run as this user: <name|uid>[:<group|gid>]', { short: 'u' }),
  workdir: stringFlag('Directory the process starts in', { short: 'w' }),
};

const securityFlags = {
  'cap-add': listFlag('Grant a Linux capability'),
  'cap-drop': listFlag('Take a Linux capability away'),
  'cgroup-parent': stringFlag('Put the container below this cgroup'),
  cgroupns: stringFlag(CGROUPNS),
  device: listFlag('Pass a device of the host'),
  'device-cgroup-rule': listFlag('Allow a class of devices', { check: checkDeviceCgroupRule }),
  gpus: gpusFlag("Pass GPUs ('all' for every one)"),
  ipc: stringFlag('IPC namespace to share'),
  isolation: stringFlag('Kind of isolation'),
  pid: stringFlag('PID namespace to share'),
  'read-only': boolFlag('Make the root file system read-only'),
  'security-opt': listFlag('Security setting'),
  sysctl: mapFlag('Set a kernel parameter of the namespaces', { check: checkSysctl }),
  userns: stringFlag('User namespace'),
  uts: stringFlag('UTS namespace'),
};

const networkFlags = {
  'add-host': listFlag('Add a line to /etc/hosts (name:ip)', { check: checkExtraHost }),
  dns: listFlag('Ask this DNS server', { check: checkIpAddress }),
  'dns-opt': listFlag('Set a resolver option', { aliasOf: 'dns-option' }),
  'dns-option': listFlag('Set a resolver option'),
  'dns-search': listFlag('Complete short names with this domain', { check: checkDnsSearch }),
  expose: listFlag('Declare a port, or a range, as used'),
  ip: stringFlag('IPv4 address to take (such as 172.30.100.104)'),
  ip6: stringFlag('IPv6 address to take (such as 2001:db8::33)'),
  link: listFlag('Make another container known by name', { check: checkLink }),
  'link-local-ip': listFlag('Link-local address to take'),
  'mac-address': stringFlag('MAC address to take (such as 92:d0:c6:0a:29:33)'),
  net: networkFlag('Network to join', { aliasOf: 'network' }),
  'net-alias': listFlag('Another name within the network', { aliasOf: 'network-alias' }),
  network: networkFlag('Network to join'),
  'network-alias': listFlag('Another name within the network'),
  publish: listFlag("Forward a port of the host to the container's", { short: 'p' }),
  'publish-all': boolFlag('Forward a free port of the host to every exposed one', { short: 'P' }),
};

const storageFlags = {
  'log-driver': stringFlag('Where the output is logged'),
  'log-opt': listFlag('Option of the log driver'),
  mount: mountFlag('Mount something, each part spelled out'),
  'storage-opt': listFlag('Option of the storage driver'),
  tmpfs: listFlag('Mount an empty file system in memory'),
  volume: listFlag('Mount a directory of the host or a volume', { short: 'v' }),
  'volume-driver': stringFlag('Driver of new volumes'),
  'volumes-from': listFlag('Mount the volumes of another container'),
};

const healthFlags = {
  'health-cmd': stringFlag('Command that tells whether all is well'),
  'health-interval': durationFlag('Pause between two checks (ms|s|m|h) (default 0s)'),
  'health-retries': intFlag('Failures in a row that mean unhealthy'),
  'health-start-interval': durationFlag('Pause between checks while starting (ms|s|m|h) (default 0s)'),
  'health-start-period': durationFlag('Time to start before failures count (ms|s|m|h) (default 0s)'),
  'health-timeout': durationFlag('Longest time a check may take (ms|s|m|h) (default 0s)'),
  'no-healthcheck': boolFlag("Ignore the image's HEALTHCHECK"),
};

const windows = { needs: 'windows' } as const;

const resourceFlags = {
  'blkio-weight': uintFlag('Share of disk time, 10 to 1000, or 0 for no rule (default 0)', { bits: 16 }),
  'blkio-weight-device': parsedListFlag('Share of disk time on one device', parseDeviceWeight, rates),
  cidfile: stringFlag("Write the container's ID to this file"),
  'cpu-count': intFlag('Number of CPUs (Windows)', windows),
  'cpu-percent': intFlag('Percentage of the CPUs (Windows)', windows),
  'cpu-period': intFlag("Length of the CPU scheduler's period, in microseconds"),
  'cpu-quota': intFlag('CPU time allowed in a period, in microseconds'),
  'cpu-rt-period': intFlag('Length of the real-time period, in microseconds'),
  'cpu-rt-runtime': intFlag('Real-time CPU time in a period, in microseconds'),
  'cpu-shares': intFlag('Weight when CPUs are scarce', { short: 'c' }),
  cpus: nanoCpusFlag('CPUs worth of time, at most'),
  'cpuset-cpus': stringFlag('Run only on these CPUs (0-3, 0,1)'),
  'cpuset-mems': stringFlag('Use only these memory nodes (0-3, 0,1)'),
  'device-read-bps': parsedListFlag('Bytes a second read from a device, at most', parseByteRate, rates),
  'device-read-iops': parsedListFlag('Reads a second from a device, at most', parseOperationRate, rates),
  'device-write-bps': parsedListFlag('Bytes a second written to a device, at most', parseByteRate, rates),
  'device-write-iops': parsedListFlag('Writes a second to a device, at most', parseOperationRate, rates),
  'io-maxbandwidth': bytesFlag('Bandwidth of the system drive, at most (Windows)', windows),
  'io-maxiops': uintFlag('Operations a second on the system drive, at most (Windows)', windows),
  'kernel-memory': bytesFlag('Kernel memory, at most'),
  memory: bytesFlag('Memory, at most', { short: 'm' }),
  'memory-reservation': bytesFlag('Memory to shrink to when the host runs short'),
  'memory-swap': bytesFlag("Memory and swap together, at most: '-1' for no limit", { unlimited: true }),
  'memory-swappiness': intFlag('How readily memory is swapped out (0 to 100)', { initial: -1 }),
  'oom-kill-disable': boolFlag('Do not kill processes when memory runs out'),
  'oom-score-adj': intFlag('How soon the kernel picks it when memory runs out (-1000 to 1000)'),
  'pids-limit': intFlag('Number of processes, at most (-1 for no limit)'),
  'shm-size': bytesFlag('Size of /dev/shm'),
  ulimit: ulimitFlag('Set a limit of the process'),
};

/** What is not part of the container, only of the command. */
const commandFlags = {
  'disable-content-trust': boolFlag('Do not ask for signatures', { initial: true }),
  name: stringFlag('Name of the container'),
  pull: stringFlag('When to pull the image ("always", "missing", "never")', { initial: 'missing' }),
  quiet: boolFlag('Say nothing while pulling', { short: 'q' }),
  'use-api-socket': boolFlag("Hand the container the engine's socket"),
};

export const containerFlags = {
  ...processFlags,
  ...securityFlags,
  ...networkFlags,
  ...storageFlags,
  ...healthFlags,
  ...resourceFlags,
  ...commandFlags,
};
