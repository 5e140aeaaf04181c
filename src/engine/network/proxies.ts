// docker-proxy: one process for each published port, which listens where the kernel's rules do not reach (the loopback, IPv6).
import { DrydockError } from '../../contracts/errors.ts';
import type { Runtime, Task } from '../../contracts/runtime.ts';
import { formatAddress } from './address.ts';
import type { PublishedPort } from './firewall-rules.ts';

const PROGRAM = '/usr/bin/docker-proxy';
const ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/** All of them listen then. @throws DrydockError `internal` with the words of the first that cannot; none runs then */
export async function startProxies(
  runtime: Pick<Runtime, 'spawn'>,
  ports: readonly PublishedPort[],
): Promise<readonly Task[]> {
  const starts = await Promise.allSettled(ports.map((port) => startProxy(runtime, port)));
  const proxies = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed === undefined) return proxies;
  await Promise.allSettled(proxies.map((proxy) => proxy.signal(15)));
  throw failed.reason;
}

async function startProxy(runtime: Pick<Runtime, 'spawn'>, port: PublishedPort): Promise<Task> {
  const { protocol, hostAddress, hostPort, address } = port;
  const argv = [
    PROGRAM,
    ...['-proto', protocol],
    ...['-host-ip', hostAddress],
    ...['-host-port', String(hostPort)],
    ...['-container-ip', formatAddress(address)],
    ...['-container-port', String(port.port)],
  ];
  // It ends with the engine, as dockerd's do: its input is then closed.
  const task = await runtime.spawn({ argv, env: ENV, cwd: '/', stdio: { stdin: true, tty: false } });
  const reader = task.stdout.getReader();
  const { value } = await reader.read();
  const line = new TextDecoder().decode(value).trim();
  if (line === 'ready') {
    void reader.cancel();
    void task.stderr.cancel();
    return task;
  }
  const host = hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress;
  const where = `${host}:${hostPort}/${protocol}`;
  throw new DrydockError('internal', `failed to bind host port ${where}: ${line || 'docker-proxy ended'}`);
}
