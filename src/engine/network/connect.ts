// POST /networks/{id}/connect and /disconnect: of a container that runs a cable is plugged in or pulled out, of any other the
// next start knows. Source: moby daemon/container_operations.go (ConnectToNetwork, DisconnectFromNetwork).
import { DrydockError, isDrydockError } from '../../contracts/errors.ts';
import { emitNetworkEvent } from '../container/container-context.ts';
import type { ContainerContext } from '../container/container-context.ts';
import type { Container } from '../container/container.ts';
import { updateNetworkFiles } from '../container/network-files.ts';
import { attachmentOf, gatewayOf } from './attachment.ts';
import { beginNames, resolvConfOf } from './dns/container-names.ts';
import type { EndpointRequest } from './endpoint-request.ts';
import { requireUsable } from './endpoint-request.ts';
import type { Network } from './network.ts';
import { attach, detach, publish, takeOwnPorts, unpublish } from './sandbox.ts';

/** @throws DrydockError in Docker's words; the container is as before then */
export async function connectContainer(
  context: ContainerContext,
  reference: string,
  containerReference: string,
  request: EndpointRequest,
): Promise<void> {
  const container = context.store.get(containerReference);
  await container.turns.run(async () => {
    requirePresent(container);
    const network = context.networks.find(reference);
    if (network === undefined) {
      if (container.state.running) throw new DrydockError('not-found', `network ${reference} not found`);
      container.networks.set(reference, attachmentOf(request));
    } else {
      requireConnectable(context, container, network, request);
      if (!container.networks.has(network.name)) container.networks.set(network.name, attachmentOf(request));
      if (container.state.running) await plugIn(context, container, network);
    }
    context.disk.save(container);
  });
}

/** @throws DrydockError in Docker's words */
export async function disconnectContainer(
  context: ContainerContext,
  reference: string,
  containerReference: string,
  force: boolean,
): Promise<void> {
  const container = context.store.get(containerReference);
  await container.turns.run(async () => {
    const network = context.networks.find(reference);
    const { state, networks, hostConfig } = container;
    if (state.running && network === undefined && !force) {
      throw new DrydockError('not-found', `network ${reference} not found`);
    }
    if (!state.running || network === undefined) {
      requirePresent(container);
      const name = network?.name ?? reference;
      if (!networks.delete(name)) {
        throw new DrydockError('internal', `container ${container.id} is not connected to the network ${name}`);
      }
    } else {
      if (hostConfig.NetworkMode === 'host' && network.driver === 'host') {
        const why = 'cannot disconnect container from host network - container was created in host network mode';
        throw new DrydockError('invalid-argument', why);
      }
      await pullOut(context, container, network);
    }
    context.disk.save(container);
  });
}

async function plugIn(context: ContainerContext, container: Container, network: Network): Promise<void> {
  const attachment = container.networks.get(network.name);
  if (attachment === undefined) return;
  if (attachment.endpoint !== undefined) {
    const message = `endpoint with name ${container.name} already exists in network ${network.name}`;
    throw new DrydockError('forbidden', message);
  }
  const before = gatewayOf(container.networks.values());
  const others = new Map([...container.networks].filter(([name]) => name !== network.name));
  // With names it stays as it was written for them.
  const resolvConf =
    container.names === undefined ? (await resolvConfOf(context, { ...container, networks: others })).text : undefined;
  try {
    const { link } = attach(context, container, attachment, network);
    const gateway = gatewayOf(container.networks.values());
    if (link !== undefined) {
      const isGateway = gateway?.link === link;
      await context.networks.driver.plug(link, container.state.pid, isGateway);
    }
    if (gateway !== before) await moveGateway(context, container);
    await beginNames(context, container, container.state.pid);
  } catch (error) {
    detach(context, container, attachment);
    container.networks.delete(network.name);
    if (isDrydockError(error, 'guest')) throw new DrydockError('internal', error.message, { cause: error });
    throw error;
  }
  await updateNetworkFiles(context, container, resolvConf);
  emitNetworkEvent(context, container.id, network, 'connect');
}

async function pullOut(context: ContainerContext, container: Container, network: Network): Promise<void> {
  const attachment = container.networks.get(network.name);
  if (attachment?.endpoint === undefined) {
    throw new DrydockError('internal', `container ${container.id} is not connected to network ${network.name}`);
  }
  const before = gatewayOf(container.networks.values());
  const { link } = attachment.endpoint;
  detach(context, container, attachment);
  container.networks.delete(network.name);
  // Sent after the cable was pulled out, which `detach` began.
  if (link !== undefined && gatewayOf(container.networks.values()) !== before) await moveGateway(context, container);
  await updateNetworkFiles(context, container);
  emitNetworkEvent(context, container.id, network, 'disconnect');
}

/** Published ports and the way out are of one network, and that is another one now. */
async function moveGateway(context: ContainerContext, container: Container): Promise<void> {
  unpublish(context, container);
  const gateway = gatewayOf(container.networks.values());
  if (gateway?.link === undefined) return;
  await context.networks.driver.routeThrough(gateway.link, container.state.pid);
  takeOwnPorts(context, container);
  await publish(context, container);
}

function requirePresent({ id, state }: Container): void {
  if (state.running || (!state.removing && !state.dead)) return;
  const message = `Container ${id} is marked for removal and cannot be connected or disconnected to the network`;
  throw new DrydockError('internal', message);
}

function requireConnectable(
  context: ContainerContext,
  container: Container,
  network: Network,
  request: EndpointRequest,
): void {
  const { hostConfig, networks } = container;
  const shares =
    'container sharing network namespace with another container or host cannot be connected to any other network';
  if (hostConfig.NetworkMode.startsWith('container:')) throw refuse(shares);
  requireUsable(network.name, network, request);
  if (hostConfig.NetworkMode !== 'host' && network.driver === 'host') {
    throw refuse('cannot connect container to host network - container must be created in host network mode');
  }
  for (const name of networks.keys()) {
    const other = context.networks.find(name);
    if (other === undefined || other === network) continue;
    if (other.driver === 'host' || network.driver === 'host') throw refuse(shares);
    if (other.driver === 'null' || network.driver === 'null') {
      throw refuse(
        'container cannot be connected to multiple networks with one of the networks in private (none) mode',
      );
    }
  }
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
