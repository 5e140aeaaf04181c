// A whole engine over the fake machine with fixed images and containers, made in milliseconds: two clients that are
// each given a fresh one must print the same.
import { MemoryBlobStore } from '../../src/engine/blob/memory-blob-store.ts';
import type { Clock } from '../../src/engine/clock.ts';
import { systemClock } from '../../src/engine/clock.ts';
import type { Engine } from '../../src/engine/create-engine.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { RandomBytes } from '../../src/engine/random.ts';
import { unpackLayer } from '../../src/engine/layer/unpack.ts';
import { tarOf } from '../../src/engine/layer/testing/tar-archive.ts';
import { FakeRegistry } from '../../src/engine/registry/testing/fake-registry.ts';
import type { RootfsPaths, RootfsRequest } from '../../src/contracts/runtime.ts';
import { FakeRuntime } from '../../src/machine/fake/fake-runtime.ts';
import type { FakeProgram } from '../../src/machine/fake/fake-task.ts';
import { defaultPrograms } from './test-engine.ts';
import { unpackLayerOnce } from './unpacked-once.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Prepared in the past, so that `3 hours ago` stays true while a test runs. */
class ShiftedClock implements Clock {
  readonly #clock = systemClock();
  shiftMs = 0;

  nowMs(): number {
    return this.#clock.nowMs() - this.shiftMs;
  }

  after(ms: number, callback: () => void): () => void {
    return this.#clock.after(ms, callback);
  }
}

/** The same bytes in every run: generated names are the same, too. */
class CountedBytes {
  state = 0x2545f491;

  readonly take: RandomBytes = (count) =>
    Uint8Array.from({ length: count }, () => {
      this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
      return this.state >>> 24;
    });
}

const programs: Record<string, FakeProgram> = {
  ...defaultPrograms,
  sh: defaultPrograms['sleep'] as FakeProgram,
  env: async (io) => {
    const lines = Object.entries(io.env)
      .map(([name, value]) => `${name}=${value}\n`)
      .sort();
    await io.print(lines.join(''));
    return 0;
  },
  pwd: async (io) => {
    await io.print(`${io.cwd}\n`);
    return 0;
  },
  args: async (io) => {
    await io.print(io.argv.map((argument) => `[${argument}]`).join('') + '\n');
    return 0;
  },
  lines: async (io) => {
    for (const word of ['one', 'two', 'three', 'four', 'five']) await io.print(`${word}\n`);
    return 0;
  },
  exit: (io) => Number(io.argv[1] ?? '0'),
  // How the daemon looks for device nodes: this host has none.
  find: async (io) => {
    await io.printError(`find: '${io.argv[2] ?? ''}': No such file or directory\n`);
    return 1;
  },
  // What `docker top` asks of the host.
  ps: async (io) => {
    if (io.argv.includes('--nope')) {
      await io.printError('error: unknown gnu long option\n');
      return 1;
    }
    await io.print('UID          PID    PPID  C STIME TTY          TIME CMD\n');
    await io.print('root           1       0  0 10:00 ?        00:00:01 agent\n');
    await io.print('root          77      70  0 10:01 ?        00:00:00 sleep 1000 and more\n');
    return 0;
  },
};

const PASSWD = 'root:x:0:0::/:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n';
const GROUP = 'root:x:0:\nweb:x:1000:\nstaff:x:50:web\n';

/** The fake machine mounts nothing: what users are looked up in has to be put there. */
class PreparedRuntime extends FakeRuntime {
  constructor(...options: ConstructorParameters<typeof FakeRuntime>) {
    super(...options);
    this.trees.written = tarOf({ path: 'new', content: 'written' });
  }

  override async prepareRootfs(request: RootfsRequest): Promise<RootfsPaths> {
    const paths = await super.prepareRootfs(request);
    await this.files.mkdir(`${paths.merged}/etc`);
    for (const [name, text] of [
      ['passwd', PASSWD],
      ['group', GROUP],
    ] as const)
      await this.files.write(`${paths.merged}/etc/${name}`, new TextEncoder().encode(text));
    return paths;
  }
}

async function pushImages(): Promise<FakeRegistry> {
  const registry = new FakeRegistry();
  const created = new Date(Date.now() - 21 * DAY_MS).toISOString();
  const base = [
    { path: 'etc/passwd', content: PASSWD },
    { path: 'bin/sh', mode: 0o755, content: 'shell'.repeat(2000) },
  ];
  const group = [{ path: 'etc/group', content: GROUP }];
  const history = ['COPY rootfs / # buildkit', 'COPY group /etc/group # buildkit'].map((created_by) => ({
    created_by,
    created,
    comment: 'buildkit.dockerfile.v0',
  }));
  const path = 'PATH=/bin';
  await registry.push({
    name: 'library/busybox',
    layers: [base, group],
    created,
    history,
    config: { Cmd: ['sh'], Env: [path] },
  });
  await registry.push({
    name: 'library/busybox',
    tag: '1.36',
    layers: [base, group],
    created,
    history,
    config: { Cmd: ['sh'], Env: [path] },
  });
  await registry.push({
    name: 'library/app',
    tag: 'v2',
    layers: [base, group, [{ path: 'srv/index.html', content: '<h1>hi</h1>' }]],
    created,
    history: [
      ...history,
      { created_by: 'COPY index.html /srv/ # buildkit', created },
      { created_by: 'CMD ["default"]', created, empty_layer: true },
    ],
    config: {
      Entrypoint: ['echo'],
      Cmd: ['default'],
      WorkingDir: '/srv',
      User: 'web',
      Env: [path, 'MODE=test'],
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      Labels: { 'org.example.team': 'docs', stage: 'prod' },
      StopSignal: 'SIGINT',
    },
  });
  // In the registry only.
  await registry.push({ name: 'library/fresh', layers: [base], created, config: { Cmd: ['true'] } });
  await registry.push({ name: 'library/foreign', layers: [base], created, architecture: 'arm64' });
  return registry;
}

/** Nobody changes it: all engines of a process share one. */
let pushed: Promise<FakeRegistry> | undefined;

interface Prepared {
  readonly name: string;
  readonly body: object;
  readonly start?: boolean;
  readonly wait?: boolean;
  readonly pause?: boolean;
}

const CONTAINERS: readonly Prepared[] = [
  { name: 'fresh', body: { Image: 'busybox', Cmd: ['sleep', '1000'] } },
  { name: 'done', body: { Image: 'busybox', Cmd: ['both'] }, start: true, wait: true },
  { name: 'lines', body: { Image: 'busybox', Cmd: ['lines'] }, start: true, wait: true },
  { name: 'ok', body: { Image: 'app:v2', Cmd: ['done'] }, start: true, wait: true },
  { name: 'frozen', body: { Image: 'busybox', Cmd: ['sleep', '2000'] }, start: true, pause: true },
  { name: 'term', body: { Image: 'busybox', Cmd: ['sh'], Tty: true, OpenStdin: true }, start: true },
  {
    name: 'web',
    body: {
      Image: 'busybox:1.36',
      Cmd: ['sleep', '1000'],
      Hostname: 'web-host',
      User: 'web',
      WorkingDir: '/tmp',
      Env: ['COLOR=blue', 'EMPTY='],
      Labels: { tier: 'front', 'org.example.team': 'web' },
      HostConfig: {
        Memory: 64 * 1024 * 1024,
        NanoCpus: 500_000_000,
        Binds: ['/etc/motd:/motd:ro'],
        CapAdd: ['NET_ADMIN'],
        RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
        Ulimits: [{ Name: 'nofile', Soft: 100, Hard: 200 }],
      },
    },
    start: true,
  },
];

export interface PreparedEngine {
  readonly engine: Engine;
  /** The next name that is made up is the first one again: for an engine that refused all it was asked for. */
  rewindNames(): void;
  close(): Promise<void>;
}

export async function prepareEngine(): Promise<PreparedEngine> {
  const runtime = new PreparedRuntime(programs);
  await runtime.files.mkdir('/etc');
  await runtime.files.write('/etc/motd', new TextEncoder().encode('welcome\n'));
  const registry = await (pushed ??= pushImages());
  const clock = new ShiftedClock();
  clock.shiftMs = 3 * HOUR_MS;
  const random = new CountedBytes();
  let preparing = true;
  const engine = await createEngine({
    runtime,
    blobs: new MemoryBlobStore(),
    fetch: registry.fetch,
    defaultRegistry: registry.base,
    clock,
    randomBytes: random.take,
    unpackLayer: (request) => (preparing ? unpackLayerOnce : unpackLayer)(request),
  });
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await engine.fetch(new Request(`http://docker${path}`, { method, ...init }));
    const text = await response.text();
    if (response.status >= 400) throw new Error(`Cannot prepare the engine: ${method} ${path}: ${text}`);
    return text === '' || path.startsWith('/images/create') ? undefined : (JSON.parse(text) as unknown);
  };
  for (const [image, tag] of [
    ['busybox', 'latest'],
    ['busybox', '1.36'],
    ['app', 'v2'],
  ] as const)
    await call('POST', `/images/create?fromImage=${image}&tag=${tag}`);
  for (const { name, body, start, wait, pause } of CONTAINERS) {
    await call('POST', `/containers/create?name=${name}`, body);
    if (start === true) await call('POST', `/containers/${name}/start`);
    if (wait === true) await call('POST', `/containers/${name}/wait`);
    if (pause === true) await call('POST', `/containers/${name}/pause`);
  }
  for (const container of runtime.containers.values()) container.cgroup['cgroup.procs'] = '77\n';
  clock.shiftMs = 0;
  preparing = false;
  const { state } = random;
  return { engine, rewindNames: () => void (random.state = state), close: () => engine.close() };
}
