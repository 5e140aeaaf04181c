// The embedded DNS server over a container's time: it begins with the first network on which containers have names, and ends with
// the container. Source: moby libnetwork/sandbox_linux.go, sandbox_dns_unix.go (startResolver).
import type { ContainerContext } from '../../container/container-context.ts';
import type { Container } from '../../container/container.ts';
import { withDnsDefaults } from '../../daemon/container-defaults.ts';
import { gatewayOf } from '../attachment.ts';
import { isUserDefined } from '../endpoint-request.ts';
import { EmbeddedServer } from './embedded-server.ts';
import type { EmbeddedServerDeps } from './embedded-server.ts';
import { Forwarder } from './forward.ts';
import { scopesOf } from './names.ts';
import { makeResolvConf } from './resolv-conf.ts';
import type { DnsOverrides, ResolvConf, ResolvMode } from './resolv-conf.ts';
import { resolve } from './resolve.ts';

export type NamesContext = Pick<
  ContainerContext,
  'runtime' | 'clock' | 'randomBytes' | 'log' | 'lifetime' | 'daemon' | 'hostFacts' | 'disk'
>;

/** Containers on the predefined networks do not know each other by name. */
export function needsNames({ networks }: Pick<Container, 'networks'>): boolean {
  return [...networks.keys()].some(isUserDefined);
}

/**
 * Has names resolved in the container's network namespace, from now on. Without effect when they are, or when none of its
 * networks has names. As with dockerd a container runs without it, too: what went wrong is told to the operator.
 * @param pid of a process in the namespace
 */
export async function beginNames(context: NamesContext, container: Container, pid: number): Promise<void> {
  if (container.names !== undefined || !needsNames(container)) return;
  await begin(context, container, () => EmbeddedServer.start(depsOf(context, container, pid)));
}

/** The container runs since an earlier engine: its rules are there. */
export async function resumeNames(context: NamesContext, container: Container): Promise<void> {
  const { resolverPorts: ports, state } = container;
  if (ports === undefined) return beginNames(context, container, state.pid);
  await begin(context, container, () => EmbeddedServer.resume(depsOf(context, container, state.pid), ports));
}

/** With the container. */
export function endNames(container: Container): void {
  leaveNames(container);
  container.names = undefined;
  container.resolverPorts = undefined;
}

/** The engine goes, the container does not. */
export function leaveNames(container: Container): void {
  container.names?.close();
}

async function begin(context: NamesContext, container: Container, start: () => Promise<EmbeddedServer>): Promise<void> {
  try {
    container.names = await start();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    context.log(`Cannot start the DNS server of container ${container.id}: ${why}`);
  }
}

/** Of the container as it is connected now. */
export async function resolvConfOf(
  { hostFacts, daemon }: Pick<NamesContext, 'hostFacts' | 'daemon'>,
  container: Pick<Container, 'hostConfig' | 'networks'>,
): Promise<ResolvConf> {
  return makeResolvConf(await hostFacts.resolvConf(), overridesOf(container, daemon), modeOf(container));
}

function modeOf(container: Pick<Container, 'hostConfig' | 'networks'>): ResolvMode {
  if (container.hostConfig.NetworkMode === 'host') return 'host';
  return needsNames(container) ? 'internal' : 'legacy';
}

function overridesOf({ hostConfig }: Pick<Container, 'hostConfig'>, daemon: NamesContext['daemon']): DnsOverrides {
  const { Dns, DnsSearch, DnsOptions } = withDnsDefaults(hostConfig, daemon);
  return { servers: Dns, search: DnsSearch, options: DnsOptions };
}

function depsOf(context: NamesContext, container: Container, pid: number): EmbeddedServerDeps {
  const { runtime, clock, randomBytes, log, hostFacts, daemon } = context;
  const netns = `/proc/${pid}/ns/net`;
  const forwarder = new Forwarder({ sockets: runtime.sockets, clock });
  return {
    runtime,
    clock,
    randomBytes,
    log,
    netns,
    onMoved: () => context.disk.save(container),
    answer: async (message, protocol) => {
      const conf = makeResolvConf(await hostFacts.resolvConf(), overridesOf(container, daemon), 'internal');
      const networks = [...container.networks.values()];
      return resolve(
        {
          scopes: scopesOf(networks),
          ndotsSet: conf.ndotsSet,
          randomBytes,
          forward: (query, by) =>
            forwarder.forward(query, by, {
              servers: conf.external,
              netns,
              hasWayOut: gatewayOf(networks) !== undefined,
            }),
        },
        message,
        protocol,
      );
    },
  };
}
