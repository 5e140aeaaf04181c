// A container's files through the Engine API: /containers/{id}/archive.
import type { EngineClient } from '../engine/engine-client.ts';
import { pathId } from '../engine/engine-client.ts';

const STAT_HEADER = 'x-docker-container-path-stat';
/** Bits of Go's os.FileMode. */
const GO_DIRECTORY = 2 ** 31;
const GO_LINK = 2 ** 27;
const GO_DEVICE = 2 ** 26;
const GO_IRREGULAR = 2 ** 19;

interface PathStat {
  readonly name: string;
  readonly mode: number;
  readonly linkTarget: string;
}

export interface ContainerPath {
  readonly isDirectory: boolean;
  readonly isLink: boolean;
  readonly linkTarget: string;
  /** What cannot be written to, in Docker's words. */
  readonly problem?: 'got a device' | 'got an irregular file';
}

export class ContainerFiles {
  readonly #engine: EngineClient;
  readonly #path: string;

  /** @throws Error for an empty name, in Docker's words */
  constructor(engine: EngineClient, container: string) {
    this.#engine = engine;
    this.#path = `/containers/${pathId('container', container)}/archive`;
  }

  async stat(path: string): Promise<ContainerPath> {
    return describe(statOf(await this.#engine.request('HEAD', this.#path, { query: { path } })));
  }

  async read(path: string): Promise<{ readonly stat: ContainerPath; readonly tar: ReadableStream<Uint8Array> }> {
    const response = await this.#engine.request('GET', this.#path, { query: { path } });
    return { stat: describe(statOf(response)), tar: response.body ?? new Blob([]).stream() };
  }

  async write(path: string, content: ReadableStream<Uint8Array>, copyUidGid: boolean): Promise<void> {
    const query = { path, noOverwriteDirNonDir: 'true', ...(copyUidGid && { copyUIDGID: 'true' }) };
    await this.#engine.send('PUT', this.#path, { query, content, headers: { 'content-type': 'text/plain' } });
  }
}

function statOf(response: Response): PathStat {
  const header = response.headers.get(STAT_HEADER) ?? '';
  try {
    const bytes = Uint8Array.from(atob(header), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as PathStat;
  } catch (cause) {
    throw new Error('unable to decode container path stat header: EOF', { cause });
  }
}

function describe({ mode, linkTarget }: PathStat): ContainerPath {
  // Beyond 31 bits, JavaScript's own operators see a sign.
  const has = (bit: number): boolean => Math.floor(mode / bit) % 2 === 1;
  const problem = has(GO_DEVICE) ? 'got a device' : has(GO_IRREGULAR) ? 'got an irregular file' : undefined;
  return { isDirectory: has(GO_DIRECTORY), isLink: has(GO_LINK), linkTarget, ...(problem && { problem }) };
}
