// dockerode, the Docker client that most programs in JavaScript use, pointed at `drydock serve`; and its streams as text.
import { PassThrough } from 'node:stream';
import type { Duplex } from 'node:stream';
import Dockerode from 'dockerode';
import { afterEach, beforeAll } from 'vitest';
import { useServedEngine } from './served-engine.ts';

export interface Client {
  readonly docker: Dockerode;
  readonly socket: string;
  /** A running busybox. It is removed after the test. */
  run(cmd: string[], options?: Dockerode.ContainerCreateOptions): Promise<Dockerode.Container>;
}

/** Call at the top of a test file: an engine with busybox; no container is left after a test. */
export function useDockerode(): Client {
  const engine = useServedEngine();
  let client: Dockerode | undefined;
  const connected = (): Dockerode => {
    if (client === undefined) throw new Error('The engine runs only inside tests');
    return client;
  };
  beforeAll(async () => {
    client = new Dockerode({ socketPath: engine.socket, version: 'v1.50' });
    await pull(client, 'busybox:latest');
  });
  afterEach(async () => {
    for (const { Id } of await connected().listContainers({ all: true })) {
      await connected().getContainer(Id).remove({ force: true, v: true });
    }
  });
  return {
    get docker() {
      return connected();
    },
    get socket() {
      return engine.socket;
    },
    async run(cmd, options = {}) {
      const container = await connected().createContainer({ Image: 'busybox', Cmd: cmd, ...options });
      await container.start();
      return container;
    },
  };
}

/** @returns the progress messages */
export async function pull(docker: Dockerode, reference: string): Promise<Record<string, unknown>[]> {
  const progress: NodeJS.ReadableStream = await docker.pull(reference);
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(progress, (error: Error | null, messages: Record<string, unknown>[]) => {
      if (error) reject(error);
      else resolve(messages);
    });
  });
}

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Reads a multiplexed stream to its end. */
export async function demultiplexed(docker: Dockerode, stream: NodeJS.ReadableStream): Promise<Output> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(stream, out, err);
  const ended = new Promise((resolve, reject) =>
    stream.once('end', resolve).once('close', resolve).once('error', reject),
  );
  const texts = Promise.all([textOf(out), textOf(err)]);
  await ended;
  out.end();
  err.end();
  const [stdout, stderr] = await texts;
  return { stdout, stderr };
}

export async function textOf(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  return (await bytesOf(stream)).toString();
}

export async function bytesOf(stream: AsyncIterable<Uint8Array | string>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** What a stream that stays open said until `wanted` was in it. */
export function readUntil(stream: NodeJS.ReadableStream, wanted: string | RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = '';
    const onData = (piece: Uint8Array | string): void => {
      seen += piece.toString();
      if (typeof wanted === 'string' ? !seen.includes(wanted) : !wanted.test(seen)) return;
      stop();
      resolve(seen);
    };
    const onEnd = (): void => {
      stop();
      reject(new Error(`The stream ended before ${String(wanted)}: ${JSON.stringify(seen)}`));
    };
    const stop = (): void => {
      stream.off('data', onData).off('end', onEnd).off('error', onEnd);
    };
    stream.on('data', onData).on('end', onEnd).on('error', onEnd);
  });
}

/** Documents of a stream, one a line, as they come. */
export async function* jsonLines(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Record<string, unknown>> {
  let rest = '';
  for await (const piece of stream) {
    const lines = (rest + piece.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as Record<string, unknown>;
  }
}

/** A stream that attach or exec hands over; dockerode's types know only half of it. */
export function duplexOf(stream: NodeJS.ReadWriteStream): Duplex {
  return stream as Duplex;
}
