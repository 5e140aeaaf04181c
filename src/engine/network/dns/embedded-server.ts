// The DNS server at 127.0.0.11 of one container: its sockets in the container's network namespace, and the rules there that lead
// port 53 to them. Source: moby libnetwork/resolver.go (SetupFunc), resolver_unix.go (setupIptablesNAT).
import { DrydockError, isDrydockError } from '../../../contracts/errors.ts';
import type { DatagramSocket, OpenSocket, SocketPlace } from '../../../contracts/host-sockets.ts';
import type { Runtime } from '../../../contracts/runtime.ts';
import type { Clock } from '../../clock.ts';
import { readText } from '../../container/read-text.ts';
import type { RandomBytes } from '../../random.ts';
import { RESOLVER_ADDRESS } from './resolv-conf.ts';
import type { DnsProtocol } from './resolve.ts';
import { serveMessages } from './tcp-messages.ts';

/** Linux's ports for whoever asks for none in particular. */
const FIRST_PORT = 32_768;
const LAST_PORT = 60_999;
const EADDRINUSE = 98;
const TRIES = 5;
const ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

export interface ResolverPorts {
  readonly udp: number;
  readonly tcp: number;
}

export interface EmbeddedServerDeps {
  readonly runtime: Pick<Runtime, 'sockets' | 'spawn'>;
  readonly clock: Pick<Clock, 'after'>;
  readonly randomBytes: RandomBytes;
  readonly log: (line: string) => void;
  /** Path of the container's network namespace. */
  readonly netns: string;
  /** Its ports are others now, for an engine to come. */
  onMoved(): void;
  /** @returns undefined for what is not to be answered. Never rejects */
  answer(message: Uint8Array, protocol: DnsProtocol): Promise<Uint8Array | undefined>;
}

export class EmbeddedServer {
  readonly #deps: EmbeddedServerDeps;
  #ports: ResolverPorts;
  #sockets: readonly OpenSocket[] = [];
  #isOver = false;

  private constructor(deps: EmbeddedServerDeps, ports: ResolverPorts) {
    this.#deps = deps;
    this.#ports = ports;
  }

  /** Sockets and rules, in this turn as far as it can be. @throws DrydockError `guest`; nothing is open then */
  static async start(deps: EmbeddedServerDeps): Promise<EmbeddedServer> {
    const server = new EmbeddedServer(deps, freePorts(deps.randomBytes));
    try {
      const ports = server.#ports;
      const [opened, written] = await Promise.allSettled([server.#open(), server.#writeRules(true)]);
      if (opened.status === 'rejected') throw opened.reason;
      if (written.status === 'rejected') throw written.reason;
      if (ports !== server.#ports) await server.#writeRules(false);
      return server;
    } catch (error) {
      server.close();
      throw error;
    }
  }

  /** Goes on where an earlier one was: the rules are there. @throws DrydockError `guest` */
  static async resume(deps: EmbeddedServerDeps, ports: ResolverPorts): Promise<EmbeddedServer> {
    const server = new EmbeddedServer(deps, ports);
    try {
      await server.#reopen();
      return server;
    } catch (error) {
      server.close();
      throw error;
    }
  }

  get ports(): ResolverPorts {
    return this.#ports;
  }

  close(): void {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.close();
    this.#sockets = [];
  }

  async #reopen(): Promise<void> {
    const before = this.#ports;
    await this.#open();
    if (this.#ports === before) return;
    await this.#writeRules(false);
    this.#deps.onMoved();
  }

  /** Somebody in the container may have one of the ports: then others are taken. */
  async #open(): Promise<void> {
    for (let left = TRIES; ; left--) {
      try {
        return await this.#openPorts(this.#ports);
      } catch (error) {
        if (!isDrydockError(error, 'guest') || error.errno !== EADDRINUSE || left === 1) throw error;
        this.#ports = freePorts(this.#deps.randomBytes);
      }
    }
  }

  async #openPorts({ udp, tcp }: ResolverPorts): Promise<void> {
    const { runtime, clock, netns, answer } = this.#deps;
    const place = (port: number): SocketPlace => ({ netns, address: RESOLVER_ADDRESS, port });
    let datagrams: DatagramSocket | undefined;
    const opened = await Promise.allSettled([
      runtime.sockets.datagrams(place(udp), async ({ address, port, content }) => {
        const reply = await answer(content, 'udp');
        if (reply !== undefined) datagrams?.send({ address, port, content: reply });
      }),
      runtime.sockets.listen(place(tcp), (connection) => {
        void serveMessages(connection, clock, (message) => answer(message, 'tcp'));
      }),
    ]);
    const sockets = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = opened.find((one) => one.status === 'rejected');
    if (failed !== undefined || this.#isOver) {
      for (const socket of sockets) socket.close();
      if (failed !== undefined) throw failed.reason;
      return;
    }
    if (opened[0].status === 'fulfilled') datagrams = opened[0].value;
    this.#sockets = sockets;
    void Promise.race(sockets.map(({ closed }) => closed)).then((how) => {
      if (how === 'lost') this.#goOn(sockets);
    });
  }

  /** The machine was out of reach, as it is when it is saved. */
  #goOn(lost: readonly OpenSocket[]): void {
    for (const socket of lost) socket.close();
    if (this.#isOver) return;
    this.#reopen().catch((error: unknown) => {
      if (!this.#isOver) this.#deps.log(`Cannot go on with the DNS server in ${this.#deps.netns}: ${reasonOf(error)}`);
    });
  }

  /** @param isFirst nothing leads to Docker's chains yet */
  async #writeRules(isFirst: boolean): Promise<void> {
    const { runtime, netns } = this.#deps;
    const argv = ['nsenter', `--net=${netns}`, 'iptables-restore', '--noflush', '--wait'];
    const task = await runtime.spawn({ argv, env: ENV, cwd: '/', stdio: { stdin: true, tty: false } });
    const writer = task.stdin.getWriter();
    // Not waited for: it may end before it has read everything, and its exit code says that.
    writer
      .write(new TextEncoder().encode(rulesText(this.#ports, isFirst)))
      .then(() => writer.close())
      .catch(() => undefined);
    const [, errors, { exitCode }] = await Promise.all([readText(task.stdout), readText(task.stderr), task.exited]);
    if (exitCode !== 0) throw new DrydockError('guest', errors.trim() || `iptables-restore ended with ${exitCode}`);
  }
}

/** For iptables-restore: a chain that is there already is emptied. */
function rulesText({ udp, tcp }: ResolverPorts, isFirst: boolean): string {
  const jump = (chain: string): string => `-I ${chain} -d ${RESOLVER_ADDRESS}/32 -j DOCKER_${chain}`;
  const there = (protocol: DnsProtocol, port: number): string =>
    `-A DOCKER_OUTPUT -d ${RESOLVER_ADDRESS}/32 -p ${protocol} -m ${protocol} --dport 53 ` +
    `-j DNAT --to-destination ${RESOLVER_ADDRESS}:${port}`;
  const back = (protocol: DnsProtocol, port: number): string =>
    `-A DOCKER_POSTROUTING -s ${RESOLVER_ADDRESS}/32 -p ${protocol} -m ${protocol} --sport ${port} ` +
    '-j SNAT --to-source :53';
  return [
    '*nat',
    ':DOCKER_OUTPUT - [0:0]',
    ':DOCKER_POSTROUTING - [0:0]',
    ...(isFirst ? [jump('OUTPUT'), jump('POSTROUTING')] : []),
    ...[there('tcp', tcp), back('tcp', tcp), there('udp', udp), back('udp', udp)],
    'COMMIT',
    '',
  ].join('\n');
}

function freePorts(randomBytes: RandomBytes): ResolverPorts {
  const port = (): number => {
    const number = new DataView(randomBytes(4).buffer).getUint32(0);
    return FIRST_PORT + (number % (LAST_PORT - FIRST_PORT + 1));
  };
  return { udp: port(), tcp: port() };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
