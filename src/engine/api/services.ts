// What the routes call.
import type { ContainerContext } from '../container/container-context.ts';
import type { EventLog } from '../event/event-log.ts';
import type { ImageUsage } from '../system/disk-usage.ts';
import type { Networks } from '../network/network-store.ts';

export interface Services {
  readonly containers: ContainerContext;
  readonly events: EventLog;
  readonly networks: Networks;
  /** A UUID. */
  readonly engineId: string;
  readonly imageCount: () => number;
  readonly imageUsage: () => ImageUsage;
}
