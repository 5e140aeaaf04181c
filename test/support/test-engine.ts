// An engine over the fake runtime with two images, for tests of the engine and of clients.
import { Hono } from 'hono';
import type { Digest } from '../../src/contracts/blob-store.ts';
import { DrydockError } from '../../src/contracts/errors.ts';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import type { Engine } from '../../src/engine/assemble-engine.ts';
import { systemClock } from '../../src/engine/clock.ts';
import type { Clock } from '../../src/engine/clock.ts';
import { ContainerStore } from '../../src/engine/container/container-store.ts';
import type { ConfigFile } from '../../src/engine/daemon/config-schema.ts';
import { configOf } from '../../src/engine/daemon/daemon-config.ts';
import { EventLog } from '../../src/engine/event/event-log.ts';
import type { Image, ImageRunConfig } from '../../src/engine/image/image.ts';
import { cryptoRandomBytes } from '../../src/engine/random.ts';
import { FakeRuntime } from '../../src/machine/fake/fake-runtime.ts';
import type { FakeProgram } from '../../src/machine/fake/fake-task.ts';

/** What JSON.parse gives: tests say what they expect of it. */
export type AnyJson = ReturnType<typeof JSON.parse>;

export interface TestEngine {
  readonly engine: Engine;
  readonly runtime: FakeRuntime;
  readonly images: Map<string, Image>;
  readonly log: string[];
  /** JSON in, JSON out. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: AnyJson }>;
  /** Created and started. @returns its id */
  start(body: Readonly<Record<string, unknown>>, name?: string): Promise<string>;
}

export interface TestEngineOptions {
  /** Of an engine that was there before. */
  readonly runtime?: FakeRuntime;
  readonly liveRestore?: boolean;
  /** daemon.json. */
  readonly daemon?: ConfigFile;
}

export function createTestEngine(
  programs: Record<string, FakeProgram> = {},
  clock: Clock = systemClock(),
  options: TestEngineOptions = {},
): TestEngine {
  const runtime = options.runtime ?? new FakeRuntime({ ...defaultPrograms, ...programs });
  const images = new Map([
    ['busybox', testImage('a', ['busybox:latest'], { Cmd: ['sh'], Env: ['PATH=/bin'] })],
    [
      'tool',
      testImage('b', ['tool:latest'], { Entrypoint: ['echo'], Cmd: ['default'], WorkingDir: '/work', User: 'web' }),
    ],
  ]);
  const log: string[] = [];
  const engine = assembleEngine({
    runtime,
    containers: new ContainerStore(cryptoRandomBytes),
    images: {
      get(reference) {
        const image =
          [...images.values()].find(({ id }) => id === reference) ?? images.get(reference.replace(/:latest$/, ''));
        if (image === undefined) throw new DrydockError('not-found', `No such image: ${reference}:latest`);
        return image;
      },
    },
    imageCount: () => images.size,
    imageRoutes: new Hono(),
    onContainerRemoved: async () => undefined,
    events: new EventLog(clock),
    clock,
    randomBytes: cryptoRandomBytes,
    log: (line) => log.push(line),
    liveRestore: options.liveRestore ?? false,
    config: configOf(options.daemon ?? {}),
  });
  const call: TestEngine['call'] = async (method, path, body) => {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await engine.fetch(new Request(`http://docker${path}`, { method, ...init }));
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  return {
    engine,
    runtime,
    images,
    log,
    call,
    async start(body, name = '') {
      const created = await call('POST', `/containers/create?name=${name}`, { Image: 'busybox', ...body });
      if (created.status !== 201) throw new Error(`create: ${created.body.message}`);
      const started = await call('POST', `/containers/${created.body.Id}/start`);
      if (started.status !== 204) throw new Error(`start: ${started.body.message}`);
      return created.body.Id;
    },
  };
}

export function testImage(digit: string, repoTags: readonly string[], config: ImageRunConfig): Image {
  const digest: Digest = `sha256:${digit.repeat(64)}`;
  return {
    id: digest,
    config: { architecture: '386', os: 'linux', config, rootfs: { type: 'layers', diff_ids: [digest] } },
    layers: [
      { diffId: digest, chainId: digest, overlayId: digit.repeat(64), erofs: digest, recipe: digest, sizeBytes: 1000 },
    ],
    sizeBytes: 1000,
    repoTags,
    repoDigests: [],
  };
}

export const defaultPrograms: Record<string, FakeProgram> = {
  echo: async (io) => {
    await io.print(`${io.argv.slice(1).join(' ')}\n`);
    return 0;
  },
  cat: async (io) => {
    for await (const piece of io.stdin) await io.print(piece);
    return 0;
  },
  sleep: (io) => new Promise((resolve) => io.ended.addEventListener('abort', () => resolve(137))),
  false: () => 1,
  true: () => 0,
  both: async (io) => {
    await io.print('out\n');
    await io.printError('err\n');
    return 3;
  },
};

/** Splits Docker's multiplexed stream. */
export function demultiplex(bytes: Uint8Array): { stdout: string; stderr: string } {
  const texts = { 1: '', 2: '' } as Record<number, string>;
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length;) {
    const size = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(4);
    texts[bytes[at] ?? 0] += decoder.decode(bytes.subarray(at + 8, at + 8 + size));
    at += 8 + size;
  }
  return { stdout: texts[1] ?? '', stderr: texts[2] ?? '' };
}

export async function bytesOf(stream: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}
