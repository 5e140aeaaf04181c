// What the container services share.
import type { Runtime } from '../../contracts/runtime.ts';
import type { Clock } from '../clock.ts';
import type { EmitEvent } from '../event/event-log.ts';
import type { DaemonConfig } from '../daemon/daemon-config.ts';
import type { Image } from '../image/image.ts';
import type { Network } from '../network/network.ts';
import type { Networks } from '../network/network-store.ts';
import type { VolumeStore } from '../volume/volume-store.ts';
import type { RandomBytes } from '../random.ts';
import type { Lifetime } from '../lifetime.ts';
import type { ContainerDisk } from './persist/container-disk.ts';
import type { ContainerStore } from './container-store.ts';
import type { Container } from './container.ts';
import type { ExecInstance } from './exec/exec-instance.ts';
import type { HostFacts } from './host-facts.ts';
import type { StatsCollector } from './stats/stats-collector.ts';

export interface ImageSource {
  /** @throws DrydockError `not-found`: No such image: x:latest */
  get(reference: string): Image;
}

export interface ContainerContext {
  readonly runtime: Runtime;
  readonly images: ImageSource;
  readonly store: ContainerStore;
  readonly disk: ContainerDisk;
  readonly lifetime: Lifetime;
  readonly execs: Map<string, ExecInstance>;
  readonly stats: StatsCollector;
  readonly hostFacts: HostFacts;
  readonly networks: Networks;
  readonly volumes: VolumeStore;
  /** dockerd's settings. */
  readonly daemon: DaemonConfig;
  readonly emit: EmitEvent;
  /** After a container is gone: its image's layers may be free. */
  readonly onRemoved: () => Promise<void>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** A line for the operator: what went wrong and was survived. */
  readonly log: (line: string) => void;
}

/** Reports something about a container with the attributes Docker gives: labels, image, name. */
export function emitContainerEvent(
  context: Pick<ContainerContext, 'emit'>,
  container: Container,
  action: string,
  attributes: Readonly<Record<string, string>> = {},
): void {
  const { Labels, Image } = container.config;
  context.emit({
    type: 'container',
    action,
    id: container.id,
    attributes: { ...attributes, ...Labels, ...(Image !== '' && { image: Image }), name: container.name },
  });
}

/** A container joined or left a network. */
export function emitNetworkEvent(
  { emit }: Pick<ContainerContext, 'emit'>,
  containerId: string,
  { id, name, driver }: Network,
  action: 'connect' | 'disconnect',
): void {
  emit({ type: 'network', action, id, attributes: { container: containerId, name, type: driver } });
}
