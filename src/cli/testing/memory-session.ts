// A session whose terminal, files and signals are memory: command lines run in unit tests as anywhere else.
import type {
  ByteSink,
  CaughtSignals,
  CliFiles,
  CliSession,
  SignalName,
  WindowSize,
} from '../../contracts/cli-session.ts';
import { DrydockError } from '../../contracts/errors.ts';

const ENOENT = 2;
const EEXIST = 17;
const ENOTDIR = 20;

export interface MemorySessionOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly terminal?: Partial<CliSession['terminal']>;
  readonly window?: WindowSize;
}

class MemorySink implements ByteSink {
  readonly #chunks: Uint8Array[] = [];
  readonly #watchers: (() => void)[] = [];

  write(bytes: Uint8Array): Promise<void> {
    this.#chunks.push(bytes.slice());
    for (const watcher of this.#watchers.splice(0)) watcher();
    return Promise.resolve();
  }

  get text(): string {
    const decoder = new TextDecoder();
    return this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode();
  }

  /** Resolves once the text contains `part`. */
  async until(part: string): Promise<void> {
    while (!this.text.includes(part)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }
}

export class MemorySession implements CliSession {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly terminal: CliSession['terminal'];
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdout = new MemorySink();
  readonly stderr = new MemorySink();
  readonly files: CliFiles;
  readonly rawModes: boolean[] = [];
  readonly contents: Map<string, string>;
  /** Trees and files that were packed, unpacked and stored, in words. */
  readonly moved: string[] = [];
  /** Types into stdin; closed at once when the options have the whole input. */
  readonly keyboard: WritableStreamDefaultWriter<Uint8Array>;
  readonly #gone = new AbortController();
  readonly #signalListeners = new Set<(signal: SignalName) => void>();
  readonly #resizeListeners = new Set<(size: WindowSize) => void>();
  #window: WindowSize | undefined;

  constructor(options: MemorySessionOptions) {
    this.args = options.args;
    this.env = options.env ?? {};
    this.cwd = options.cwd ?? '/work';
    this.terminal = { stdin: false, stdout: false, stderr: false, ...options.terminal };
    this.#window = options.window;
    this.contents = new Map(Object.entries(options.files ?? {}));
    this.files = memoryFiles(this.contents, this.moved, this.cwd);
    const input = new TransformStream<Uint8Array, Uint8Array>();
    this.stdin = input.readable;
    this.keyboard = input.writable.getWriter();
    this.keyboard.closed.catch(() => undefined);
    if (options.stdin !== undefined) {
      if (options.stdin !== '') void this.type(options.stdin);
      void this.keyboard.close().catch(() => undefined);
    }
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  type(text: string): Promise<void> {
    return this.keyboard.write(new TextEncoder().encode(text)).catch(() => undefined);
  }

  hangUp(): void {
    this.#gone.abort();
  }

  signal(name: SignalName): void {
    for (const listener of this.#signalListeners) listener(name);
  }

  resize(size: WindowSize): void {
    this.#window = size;
    for (const listener of this.#resizeListeners) listener(size);
  }

  windowSize(): WindowSize | undefined {
    return this.#window;
  }

  onResize(listener: (size: WindowSize) => void): () => void {
    this.#resizeListeners.add(listener);
    return () => this.#resizeListeners.delete(listener);
  }

  onSignal(listener: (signal: SignalName) => void, which: CaughtSignals = 'all'): () => void {
    const filtered = (signal: SignalName): void => {
      if (which === 'all' || signal === 'INT' || signal === 'TERM') listener(signal);
    };
    this.#signalListeners.add(filtered);
    return () => this.#signalListeners.delete(filtered);
  }

  /** How many listen for signals now. */
  get signalListeners(): number {
    return this.#signalListeners.size;
  }

  setRawMode(raw: boolean): Promise<void> {
    this.rawModes.push(raw);
    return Promise.resolve();
  }
}

const DIRECTORY = 0o040755;
const FILE = 0o100644;

function memoryFiles(contents: Map<string, string>, moved: string[], cwd: string): CliFiles {
  const absolute = (path: string) => (path.startsWith('/') ? path : `${cwd}/${path.replace(/^\.\//, '')}`);
  /** A file may have been given by its whole path, or as it is called in the working directory. */
  const keyOf = (path: string) => [...contents.keys()].find((key) => absolute(key) === absolute(path)) ?? path;
  const isDirectory = (path: string) =>
    [cwd, ...contents.keys()].some((name) => `${absolute(name)}/`.startsWith(path === '/' ? '/' : `${path}/`));
  /** Below a folder, with how they are called there. */
  const within = (path: string) =>
    [...contents.keys()].flatMap((key) => {
      const above = `${absolute(path)}/`;
      return absolute(key).startsWith(above) ? [{ key, name: absolute(key).slice(above.length) }] : [];
    });
  return {
    list(path) {
      const names = new Set(within(path).map(({ name }) => name.replace(/\/.*/, '')));
      if (names.size > 0) return Promise.resolve([...names].sort());
      return Promise.reject(new DrydockError('guest', `open ${path}: no such file or directory`, { errno: ENOENT }));
    },
    removeTree(path) {
      for (const { key } of within(path)) contents.delete(key);
      contents.delete(path);
      return Promise.resolve();
    },
    /** Folders are there when something is in them. */
    makeFolder: () => Promise.resolve(),
    stat(path) {
      const plain = path.replace(/(.)\/\.?$/, '$1') || '/';
      const fail = (reason: string, errno: number) =>
        Promise.reject(new DrydockError('guest', `lstat ${plain}: ${reason}`, { errno }));
      const text = contents.get(keyOf(plain));
      if (text !== undefined && plain !== path) return fail('not a directory', ENOTDIR);
      if (text !== undefined) return Promise.resolve({ mode: FILE, bytes: text.length, target: plain });
      if (isDirectory(plain)) return Promise.resolve({ mode: DIRECTORY, bytes: 40, target: plain });
      const above = contents.has(keyOf(plain.slice(0, plain.lastIndexOf('/'))));
      return above ? fail('not a directory', ENOTDIR) : fail('no such file or directory', ENOENT);
    },
    pack(path, name) {
      moved.push(`pack ${path} as ${name}`);
      return new Blob([`tar of ${path}`]).stream();
    },
    async unpack(directory, tar, options = {}) {
      const text = await new Response(tar as ReadableStream<Uint8Array<ArrayBuffer>>).text();
      const rename = options.rename === undefined ? '' : ` renaming ${options.rename.join(' to ')}`;
      moved.push(`unpack ${text} in ${directory}${rename}`);
    },
    async store(path, content, mode = 0o644) {
      contents.set(path, await new Response(content as ReadableStream<Uint8Array<ArrayBuffer>>).text());
      moved.push(`store ${path} ${mode.toString(8)}`);
    },
    read(path) {
      const text = contents.get(keyOf(path));
      if (text === undefined) return Promise.reject(new DrydockError('guest', `read ${path}`, { errno: ENOENT }));
      return Promise.resolve(new TextEncoder().encode(text));
    },
    write(path, bytes, options) {
      if (options?.exclusive === true && contents.has(path)) {
        return Promise.reject(new DrydockError('guest', `write ${path}`, { errno: EEXIST }));
      }
      contents.set(path, new TextDecoder().decode(bytes));
      return Promise.resolve();
    },
    remove(path) {
      if (!contents.delete(path)) return Promise.reject(new DrydockError('guest', `remove ${path}`, { errno: ENOENT }));
      return Promise.resolve();
    },
  };
}
