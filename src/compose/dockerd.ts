// `dockerd` in the guest: a process that stands for the engine beside it. It is in `ps`, its pid is in /run/docker.pid, SIGTERM
// stops the engine and SIGKILL kills it.
import type { CliSession, SignalName } from '../contracts/cli-session.ts';
import { DOCKER_VERSION } from '../contracts/engine-api.ts';
import type { HostFiles, Runtime } from '../contracts/runtime.ts';
import { deferred } from '../shared/deferred.ts';
import type { EngineHost } from './engine-host.ts';

const PID_FILE = '/run/docker.pid';
const LOG_FILE = '/var/log/docker.log';
const USAGE_ERROR = 125;

const HELP = `
Usage:  dockerd [OPTIONS]

The engine of this machine

Options:
      --help      Print usage
  -v, --version   Print version information and quit
`;

/** What a new engine is started with, and who is it now. */
export interface DaemonDeps {
  readonly host: EngineHost;
  readonly files: HostFiles;
  /** Reads what the engine says from now on. @returns a function that ends it */
  onLog(listener: (line: string) => void): () => void;
}

export class Dockerd {
  readonly #deps: DaemonDeps;
  /** A process stands for the engine that runs. */
  #claimed = false;
  /** The machine closes every channel, and nobody was killed. */
  #expectLoss = false;

  constructor(deps: DaemonDeps) {
    this.#deps = deps;
  }

  /** Has a process stand for the engine that runs. */
  async stand(runtime: Runtime): Promise<void> {
    if (this.#claimed) return;
    const task = await runtime.spawn({
      argv: ['sh', '-c', `exec dockerd >>${LOG_FILE} 2>&1`],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
      cwd: '/',
      stdio: { stdin: false, tty: false },
    });
    await Promise.all([task.stdout, task.stderr].map((stream) => stream.cancel()));
  }

  /** While `work` runs, a process that loses its channel takes no engine with it. */
  async whileChannelsClose<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#expectLoss = true;
    try {
      return await work();
    } finally {
      this.#expectLoss = false;
    }
  }

  /** One run of `dockerd`. @returns its exit code */
  async run(session: CliSession): Promise<number> {
    const say = (text: string): Promise<void> =>
      session.stderr.write(new TextEncoder().encode(`${text}\n`)).catch(() => undefined);
    const [option] = session.args;
    if (option === '--help' || option === '-h') {
      await session.stdout.write(new TextEncoder().encode(HELP));
      return 0;
    }
    if (option === '--version' || option === '-v') {
      await session.stdout.write(new TextEncoder().encode(`Docker version ${DOCKER_VERSION}\n`));
      return 0;
    }
    if (option !== undefined) {
      const what = option.startsWith('-') ? `unknown flag: ${option}` : `unknown argument: ${option}`;
      await say(`${what}\nSee 'dockerd --help'.`);
      return USAGE_ERROR;
    }
    return this.#serve(session, say);
  }

  async #serve(session: CliSession, say: (text: string) => Promise<void>): Promise<number> {
    const { host, files, onLog } = this.#deps;
    if (this.#claimed) {
      const pid = await textOf(files, PID_FILE);
      await say(
        'failed to start daemon, ensure docker is not running or delete ' +
          `/var/run/docker.pid: process with PID ${pid} is still running`,
      );
      return 1;
    }
    this.#claimed = true;
    const logLine = (level: 'info' | 'error', text: string): void =>
      void say(`time="${new Date().toISOString()}" level=${level} msg=${JSON.stringify(text)}`);
    const stopListening = onLog((line) => logLine('error', line));
    const ended = deferred<'stop' | 'gone' | 'ended'>();
    const endSignals = session.onSignal((name) => {
      if (!isEnd(name)) return;
      logLine('info', `Processing signal '${name === 'INT' ? 'interrupt' : 'terminated'}'`);
      ended.resolve('stop');
    });
    session.gone.addEventListener('abort', () => ended.resolve('gone'), { once: true });
    try {
      await session.files.write(PID_FILE, new TextEncoder().encode(await ownPid(session)), { mode: 0o644 });
      if (!host.isRunning) {
        logLine('info', 'Starting up');
        await host.start();
      }
      // Somebody beside the guest may end it as well.
      host.ending?.addEventListener('abort', () => ended.resolve('ended'), { once: true });
      logLine('info', 'Daemon has completed initialization');
      logLine('info', 'API listen on /var/run/docker.sock');
      const why = await ended.promise;
      if (why === 'gone') {
        if (!this.#expectLoss) await host.kill();
        return 0;
      }
      await host.stop();
      logLine('info', 'Daemon shutdown complete');
      await files.remove(PID_FILE);
      return 0;
    } catch (error) {
      await say(`failed to start daemon: ${error instanceof Error ? error.message : String(error)}`);
      return 1;
    } finally {
      endSignals();
      stopListening();
      this.#claimed = false;
    }
  }
}

function isEnd(name: SignalName): boolean {
  return name === 'TERM' || name === 'INT';
}

/** The stub reads its own /proc entry. */
async function ownPid(session: CliSession): Promise<string> {
  const stat = new TextDecoder().decode(await session.files.read('/proc/self/stat'));
  return stat.split(' ', 1)[0] ?? '';
}

async function textOf(files: HostFiles, path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await files.read(path)).trim();
  } catch {
    return '';
  }
}
