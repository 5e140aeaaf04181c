// How the docker CLI sees the place it runs in: the guest's shell (through the stub), the page, or Node.

/** One run of `docker ...`. */
export interface CliSession {
  /** Without `docker` itself. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Which streams are terminals. */
  readonly terminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Pulls only when read: a `docker ps` must not eat what was typed for the shell's next command. */
  readonly stdin: ReadableStream<Uint8Array>;
  /** A write resolves when the terminal took the bytes. */
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  readonly files: CliFiles;
  /** The window, or undefined without a terminal. */
  windowSize(): WindowSize | undefined;
  onResize(listener: (size: WindowSize) => void): () => void;
  /**
   * Signals sent to the client (`INT`, `TERM`, ...); without a listener the session ends by that signal, or stops.
   * @param which the listener is for these only; the others do what they do without one
   */
  onSignal(listener: (signal: SignalName) => void, which?: CaughtSignals): () => void;
  /** Raw mode of the terminal on stdin; restored at the end whatever happens. */
  setRawMode(raw: boolean): Promise<void>;
  /** The stub is gone (killed, terminal closed): stop what you do. */
  readonly gone: AbortSignal;
}

/** `terminations`: INT and TERM. */
export type CaughtSignals = 'all' | 'terminations';

export type SignalName = 'INT' | 'TERM' | 'HUP' | 'QUIT' | 'USR1' | 'USR2' | 'CONT' | 'TSTP';

export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

export interface WindowSize {
  readonly cols: number;
  readonly rows: number;
}

/** Files where the command was typed. Relative paths are taken from `cwd`. Errors carry the errno (`guest`). */
export interface CliFiles {
  read(path: string): Promise<Uint8Array>;
  /** @param exclusive refuses an existing file (EEXIST), as `--cidfile` needs. */
  write(path: string, bytes: Uint8Array, options?: { mode?: number; exclusive?: boolean }): Promise<void>;
  remove(path: string): Promise<void>;
  /** Names of a folder's entries, in the order of their bytes. */
  list(path: string): Promise<readonly string[]>;
  /** With all below it; nothing there is well, too. */
  removeTree(path: string): Promise<void>;
  /** As `mkdir -p`: what is there stays as it is. */
  makeFolder(path: string, mode: number): Promise<void>;
  stat(path: string, options?: { follow?: boolean }): Promise<CliFileStat>;
  /** The file or tree as a tar, made while it is read; `name` takes the place of its path. */
  pack(path: string, name: string): ReadableStream<Uint8Array>;
  /** Takes a tar to its end, below `directory` and nowhere else; whoever typed the command owns what it makes. */
  unpack(directory: string, tar: ReadableStream<Uint8Array>, options?: UnpackFilesOptions): Promise<void>;
  /** The whole stream becomes the file's content; the file stays as it was when the stream fails. */
  store(path: string, content: ReadableStream<Uint8Array>, mode?: number): Promise<void>;
}

export interface UnpackFilesOptions {
  /** What names start with, and what they start with instead. */
  readonly rename?: readonly [from: string, to: string];
  /** A directory and something else do not replace each other. */
  readonly noOverwrite?: boolean;
}

export interface CliFileStat {
  /** Of stat(2), with its type bits. */
  readonly mode: number;
  readonly bytes: number;
  /** With every link followed: of a link, or, when following, of the path itself. */
  readonly target: string;
}
