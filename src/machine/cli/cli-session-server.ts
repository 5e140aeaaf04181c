// One run of the guest's `docker` stub: its frames become a CliSession for the CLI, and the CLI's exit code goes back.
import { CLI_MESSAGES, CLI_PROTOCOL_VERSION } from '../../contracts/cli-protocol.ts';
import type { CliMessage } from '../../contracts/cli-protocol.ts';
import type { CliSession } from '../../contracts/cli-session.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { FrameDecoder } from '../../contracts/frame-codec.ts';
import type { Channel } from '../p9/p9-channel.ts';
import { StubFiles } from './stub-files.ts';
import { StubInput } from './stub-input.ts';
import { StubLink } from './stub-link.ts';
import { StubRequests } from './stub-requests.ts';
import { StubSignals } from './stub-signals.ts';

type Open = Extract<CliMessage, { type: 'open' }>;

export interface CliServerOptions {
  readonly onCli: (session: CliSession, program: string) => Promise<number>;
  readonly onLog: (line: string) => void;
}

/** Serves a channel of /cli/new until it closes. */
export function serveCliChannel(channel: Channel, options: CliServerOptions): void {
  const gone = new AbortController();
  const link = new StubLink(channel);
  const requests = new StubRequests(link);
  const files = new StubFiles(requests);
  const input = new StubInput(link);
  const signals = new StubSignals(link);
  const decoder = new FrameDecoder(CLI_MESSAGES);
  const window = new StubWindow();
  let opened = false;

  const take = (message: CliMessage): void => {
    if (opened !== (message.type !== 'open')) throw malformed(message.type);
    switch (message.type) {
      case 'open':
        opened = true;
        return void run(message);
      case 'stdin':
        return input.onBytes(message.content);
      case 'resize':
        return window.onResize(message.cols, message.rows);
      case 'signal':
        return signals.onSignal(message.signal);
      case 'done':
      case 'content':
      case 'finished':
        return requests.onAnswer(message);
      default:
        throw malformed(message.type);
    }
  };

  const run = async (open: Open): Promise<void> => {
    let code = 1;
    try {
      if (open.version !== CLI_PROTOCOL_VERSION) {
        throw new DrydockError('machine', `Cannot serve a docker client of protocol ${open.version}`);
      }
      window.set(open.cols, open.rows);
      const session = sessionOf(open, { link, files, input, signals, window, gone: gone.signal });
      code = await options.onCli(session, (open.argv[0] ?? '').replace(/^.*\//, ''));
    } catch (error) {
      link.send({ type: 'stderr', id: 0, content: new TextEncoder().encode(`${reasonOf(error)}\n`) });
    }
    link.send({ type: 'exit', id: 0, code: code & 0xff, signal: 0 });
    channel.close();
  };

  channel.events = {
    onData: (bytes) => {
      try {
        for (const message of decoder.push(bytes)) take(message);
      } catch (error) {
        options.onLog(`cli: closed a session: ${reasonOf(error)}`);
        channel.close();
      }
    },
    onClose: () => {
      gone.abort(new DrydockError('cancelled', 'The docker client is gone'));
      requests.onClose();
      input.onClose();
    },
  };
}

interface StubParts {
  readonly link: StubLink;
  readonly files: StubFiles;
  readonly input: StubInput;
  readonly signals: StubSignals;
  readonly window: StubWindow;
  readonly gone: AbortSignal;
}

function sessionOf(open: Open, { link, files, input, signals, window, gone }: StubParts): CliSession {
  return {
    args: open.argv.slice(1),
    env: Object.fromEntries(open.env.map(splitVariable)),
    cwd: open.cwd,
    terminal: {
      stdin: (open.terminal & 1) !== 0,
      stdout: (open.terminal & 2) !== 0,
      stderr: (open.terminal & 4) !== 0,
    },
    stdin: input.stream,
    stdout: { write: (bytes) => link.write('stdout', bytes) },
    stderr: { write: (bytes) => link.write('stderr', bytes) },
    files,
    windowSize: () => window.size,
    onResize: (listener) => window.onChange(listener),
    onSignal: (listener, which) => signals.listen(listener, which),
    setRawMode: async (raw) => link.send({ type: 'raw', id: 0, on: raw ? 1 : 0 }),
    gone,
  };
}

interface Size {
  readonly cols: number;
  readonly rows: number;
}

class StubWindow {
  #size: Size | undefined;
  readonly #listeners = new Set<(size: Size) => void>();

  get size(): Size | undefined {
    return this.#size;
  }
  /** 0 columns: there is no terminal. */
  set(cols: number, rows: number): void {
    this.#size = cols === 0 ? undefined : { cols, rows };
  }
  onResize(cols: number, rows: number): void {
    this.set(cols, rows);
    const size = this.#size;
    if (size !== undefined) for (const listener of this.#listeners) listener(size);
  }
  onChange(listener: (size: Size) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function splitVariable(entry: string): [string, string] {
  const cut = entry.indexOf('=');
  return cut < 0 ? [entry, ''] : [entry.slice(0, cut), entry.slice(cut + 1)];
}

function malformed(type: string): DrydockError {
  return new DrydockError('data-loss', `Cannot take "${type}" now`);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
