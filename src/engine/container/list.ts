// GET /containers/json: which containers, in which order, and what is said of each.
import type { ContainerSummary } from '@docker/node-sdk';
import type { Filters } from '../api/filters.ts';
import type { ContainerContext } from './container-context.ts';
import type { Container } from './container.ts';
import { statusText } from './human-duration.ts';
import { listFilter } from './list-filter.ts';
import { commandOf } from './merge-image-config.ts';
import { mountBodies } from './mount-points.ts';
import { listedPorts, networkBodies } from './network-settings.ts';

export interface ListOptions {
  /** Stopped ones too. */
  readonly all: boolean;
  /** The newest so many, whatever they do; 0 is no limit. */
  readonly limit: number;
  readonly filters: Filters;
}

/** Newest first. @throws DrydockError `invalid-argument` for a filter's value */
export function listContainers(context: ContainerContext, options: ListOptions): ContainerSummary[] {
  const { filters } = options;
  const passes = listFilter(context, filters);
  const all = options.all || options.limit > 0 || filters.values('status').length > 0;
  const chosen = context.store.all().filter((container) => (all || container.state.running) && passes(container));
  const limited = options.limit > 0 ? chosen.slice(0, options.limit) : chosen;
  const imageName = imageNames(context);
  return limited.map((container) => summaryOf(context, container, imageName(container)));
}

function summaryOf(context: ContainerContext, container: Container, imageName: string): ContainerSummary {
  const { config, state } = container;
  const [path = '', ...args] = commandOf(config);
  return {
    Id: container.id,
    Names: context.store.namesOf(container).map((name) => `/${name}`),
    Image: imageName,
    ImageID: container.image.id,
    Command: [path, ...args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg))].join(' '),
    Created: Math.floor(container.createdMs / 1000),
    Ports: listedPorts(container),
    Labels: config.Labels,
    State: state.name,
    Status: statusText(state, context.clock.nowMs()),
    HostConfig: { NetworkMode: container.hostConfig.NetworkMode },
    NetworkSettings: { Networks: networkBodies(container) },
    Mounts: mountBodies(container.points),
  };
}

/** The name a container was created by, unless that is another image by now. Each is looked up once for the whole list. */
function imageNames({ images }: ContainerContext): (container: Container) => string {
  const ids = new Map<string, string | undefined>();
  const idOf = (reference: string): string | undefined => {
    try {
      return images.get(reference).id;
    } catch {
      return undefined;
    }
  };
  return ({ config, image }) => {
    if (!ids.has(config.Image)) ids.set(config.Image, idOf(config.Image));
    return ids.get(config.Image) === image.id ? config.Image : image.id;
  };
}
