// A container and its networks from start to end: addresses and ports are taken before it runs, its cables are plugged in when
// its namespace is there, and all of it is given back when it ends.
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import type { Task } from '../../contracts/runtime.ts';
import type { ContainerContext } from '../container/container-context.ts';
import type { Container } from '../container/container.ts';
import { hex, randomId } from '../random.ts';
import { parseAddress } from './address.ts';
import type { Attachment } from './attachment.ts';
import { dnsNamesOf, gatewayOf } from './attachment.ts';
import { randomMac } from './bridge-driver.ts';
import { beginNames, endNames } from './dns/container-names.ts';
import type { NamesContext } from './dns/container-names.ts';
import { isUserDefined } from './endpoint-request.ts';
import { directRule, portRules } from './firewall-rules.ts';
import { requireLinkable } from './links/link-hosts.ts';
import { linkRules } from './links/link-rules.ts';
import type { Endpoint, EndpointLink, Network } from './network.ts';
import { releasePorts, takePorts } from './port-bindings.ts';
import { startProxies } from './proxies.ts';

const FIRST_INDEX = 2;
const SIGTERM = 15;

type Context = Pick<ContainerContext, 'store' | 'networks' | 'randomBytes' | 'runtime' | 'lifetime' | 'log'>;

/** @throws DrydockError in Docker's words; nothing is taken then */
export function allocateNetworks(context: Context, container: Container): void {
  if (container.hostConfig.NetworkMode.startsWith('container:')) return;
  try {
    for (const [name, attachment] of inOrder(container)) {
      if (name === 'bridge' && context.networks.default === undefined) continue;
      // Each engine has a default network of its own making (moby daemon/network.go, getNetworkID).
      const network = context.networks.get((isUserDefined(name) && attachment.networkId) || name);
      rekey(container, name, network.name);
      attach(context, container, attachment, network);
      if (network.name === 'bridge') requireLinkable(context, container);
    }
    takeOwnPorts(context, container);
    container.sandboxId = randomId(context.randomBytes);
  } catch (error) {
    releaseNetworks(context, container);
    throw setupFailure(error);
  }
}

const SETUP_FAILED = 'failed to set up container networking: ';

/** It is not the OCI runtime that could not start a container. */
export function isSetupFailure(error: unknown): boolean {
  return isDrydockError(error) && error.message.startsWith(SETUP_FAILED);
}

function setupFailure(cause: unknown): DrydockError {
  const code = isDrydockError(cause) && cause.code !== 'guest' ? cause.code : 'internal';
  const message = cause instanceof Error ? cause.message : String(cause);
  return new DrydockError(code, `${SETUP_FAILED}${message}`, { cause });
}

/** What `Runtime.run` does between create and start; undefined when there is nothing to do for the kernel. */
export function preparation(
  context: NamesContext & Context,
  container: Container,
): ((pid: number) => Promise<void>) | undefined {
  const links = linksOf(container);
  if (links.length === 0) return undefined;
  const gateway = gatewayOf(container.networks.values());
  return async (pid) => {
    const { driver } = context.networks;
    const done = await Promise.allSettled([
      ...links.map(({ link, endpoint }) => driver.plug(link, pid, endpoint === gateway)),
      publish(context, container),
      beginNames(context, container, pid),
    ]);
    const failed = done.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw setupFailure(failed.reason);
  };
}

/** Gives everything back; what is in the kernel goes behind the caller's back. */
export function releaseNetworks(context: Context, container: Container): void {
  unpublish(context, container);
  endNames(container);
  container.sandboxId = '';
  for (const attachment of container.networks.values()) detach(context, container, attachment);
}

/** Takes one endpoint. @throws DrydockError in Docker's words */
export function attach(
  { randomBytes }: Context,
  container: Container,
  attachment: Attachment,
  network: Network,
): Endpoint {
  if (network.configOnly) {
    throw new DrydockError('forbidden', 'cannot create endpoint on configuration-only network');
  }
  const dnsNames = dnsNamesOf(container, network.name, attachment.request.Aliases);
  const endpoint: Endpoint = {
    id: randomId(randomBytes),
    network,
    containerId: container.id,
    name: container.name,
    dnsNames: dnsNames ?? [],
    ...(network.bridge !== undefined && { link: linkOf() }),
  };
  function linkOf(): EndpointLink {
    const { bridge } = network;
    if (bridge === undefined) throw new DrydockError('internal', `network ${network.name} has no bridge`);
    const asked = parseAddress(attachment.request.IPAMConfig?.IPv4Address ?? '');
    const address = asked === undefined ? bridge.pool.take() : bridge.pool.takeThis(asked);
    if (address === undefined) {
      const where = `${network.name} (${network.id})`;
      throw new DrydockError('internal', `no available IPv4 addresses on this network's address pools: ${where}`);
    }
    const number = freeNumber(container);
    return {
      bridge,
      address,
      mac: attachment.request.MacAddress.toLowerCase().replaceAll('-', ':') || randomMac(randomBytes),
      veth: `veth${hex(randomBytes(4)).slice(0, 7)}`,
      name: `eth${number}`,
      index: FIRST_INDEX + container.plugged++,
    };
  }
  attachment.endpoint = endpoint;
  attachment.networkId = network.id;
  attachment.dnsNames = dnsNames;
  network.endpoints.set(container.id, endpoint);
  return endpoint;
}

/** Gives one endpoint back. */
export function detach({ networks, log }: Context, container: Container, attachment: Attachment): void {
  const { endpoint } = attachment;
  if (endpoint === undefined) return;
  attachment.endpoint = undefined;
  endpoint.network.endpoints.delete(container.id);
  const { link } = endpoint;
  if (link === undefined) return;
  link.bridge.pool.release(link.address);
  networks.driver.removeLink(link.veth).catch((error: unknown) => log(`Cannot remove ${link.veth}: ${String(error)}`));
}

export interface PublishOptions {
  /** The kernel has the rules: the machine was restored with them. */
  readonly rulesAreThere?: boolean;
}

/** Rules and processes for the container's ports. @throws DrydockError in Docker's words */
export async function publish(context: Context, container: Container, options: PublishOptions = {}): Promise<void> {
  const gateway = gatewayOf(container.networks.values());
  if (gateway?.link === undefined) return;
  const { networks, runtime } = context;
  const published = publishedOf(container, gateway.link);
  const ofLinks = gateway.network.name === 'bridge' ? linkRules(context, container) : [];
  const rules = [
    ...(published.length > 0 && !networks.directRouting ? [directRule(gateway.link)] : []),
    ...published.flatMap((port) => portRules(port, networks.proxied)),
    ...ofLinks,
  ];
  if (rules.length + published.length === 0) return;
  try {
    if (options.rulesAreThere !== true) await networks.firewall.change({ add: rules });
    container.portRules = rules;
    if (!networks.proxied || published.length === 0) return;
    const proxies = await startProxies(runtime, published);
    container.proxies = proxies;
    followProxies(context, container, proxies);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw external(gateway, why, error);
  }
}

/** They end when the agent's channel breaks, as it does when the machine is saved: whoever goes on starts them again. */
function followProxies(context: Context, container: Container, proxies: readonly Task[]): void {
  void Promise.race(proxies.map(({ exited }) => exited)).then(async () => {
    if (container.proxies !== proxies || context.lifetime.ended) return;
    container.proxies = [];
    endProxies(proxies);
    await Promise.all(proxies.map(({ exited }) => exited));
    await publish(context, container, { rulesAreThere: true }).catch((error: unknown) => {
      context.log(`Cannot publish the ports of container ${container.id}: ${String(error)}`);
    });
  });
}

/** The engine goes, the container does not. */
export function leavePorts(container: Container): void {
  const { proxies } = container;
  container.proxies = [];
  endProxies(proxies);
}

function endProxies(proxies: readonly Task[]): void {
  for (const proxy of proxies) void proxy.signal(SIGTERM).catch(() => undefined);
}

export function unpublish(context: Context, container: Container): void {
  const { networks, log } = context;
  releasePorts(networks.ports, container.ports);
  container.ports = [];
  leavePorts(container);
  const rules = container.portRules;
  container.portRules = [];
  if (rules.length === 0) return;
  networks.firewall
    .change({ remove: rules })
    .catch((error: unknown) => log(`Cannot remove the rules of container ${container.id}: ${String(error)}`));
}

/** Takes ports of the host for the container. @throws DrydockError in Docker's words */
export function takeOwnPorts({ networks }: Context, container: Container): void {
  const gateway = gatewayOf(container.networks.values());
  if (gateway?.link === undefined) return;
  try {
    const { hostAddress } = gateway.link.bridge;
    container.ports = takePorts(networks.ports, container.config, container.hostConfig, hostAddress);
  } catch (error) {
    if (!isDrydockError(error)) throw error;
    throw external(gateway, error.message, error);
  }
}

export function publishedOf(container: Container, { bridge, address }: EndpointLink) {
  return container.ports.map((port) => ({ ...port, bridge, address }));
}

function external({ name, id }: Endpoint, why: string, cause: unknown): DrydockError {
  const message = `driver failed programming external connectivity on endpoint ${name} (${id}): ${why}`;
  return new DrydockError('internal', message, { cause });
}

function linksOf(container: Container): { readonly link: EndpointLink; readonly endpoint: Endpoint }[] {
  return [...container.networks.values()].flatMap(({ endpoint }) =>
    endpoint?.link === undefined ? [] : [{ link: endpoint.link, endpoint }],
  );
}

/** The network that the container was made for is its eth0. */
function inOrder(container: Container): (readonly [string, Attachment])[] {
  const { NetworkMode } = container.hostConfig;
  return [...container.networks].sort(([a], [b]) => Number(b === NetworkMode) - Number(a === NetworkMode));
}

/** A network may have got its name after the container was made, or be known by its id. */
function rekey(container: Container, from: string, to: string): void {
  if (from === to) return;
  container.networks = new Map([...container.networks].map(([name, value]) => [name === from ? to : name, value]));
}

function freeNumber(container: Container): number {
  const taken = new Set(linksOf(container).map(({ link }) => link.name));
  let number = 0;
  while (taken.has(`eth${number}`)) number++;
  return number;
}
