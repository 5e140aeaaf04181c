// GET /containers/json: which containers, in which order, and what is said of each.
import type { ContainerSummary } from '@docker/node-sdk';
import { DrydockError } from '../../contracts/errors.ts';
import type { Filters } from '../api/filters.ts';
import type { Networks } from '../system/networks.ts';
import type { ContainerContext } from './container-context.ts';
import { STATE_NAMES } from './container-state.ts';
import type { Container } from './container.ts';
import { statusText } from './human-duration.ts';
import { commandOf } from './merge-image-config.ts';
import { mountBodies } from './mount-points.ts';
import { portSummaries } from './ports.ts';

export const LIST_FILTERS: readonly string[] =
  'ancestor before exited expose health id is-task isolation label name network publish since status volume'.split(' ');

export interface ListOptions {
  /** Stopped ones too. */
  readonly all: boolean;
  /** The newest so many, whatever they do; 0 is no limit. */
  readonly limit: number;
  readonly filters: Filters;
}

/** Newest first. @throws DrydockError `invalid-argument` for a filter's value */
export function listContainers(
  context: ContainerContext,
  networks: Networks,
  options: ListOptions,
): ContainerSummary[] {
  const { filters } = options;
  requireValues(filters);
  const all = options.all || options.limit > 0 || filters.values('status').length > 0;
  const chosen = betweenOthers(context, filters)
    .filter((container) => all || container.state.running)
    .filter((container) => passes(context, container, filters));
  const limited = options.limit > 0 ? chosen.slice(0, options.limit) : chosen;
  return limited.map((container) => summaryOf(context, networks, container));
}

function summaryOf(context: ContainerContext, networks: Networks, container: Container): ContainerSummary {
  const { config, state } = container;
  const [path = '', ...args] = commandOf(config);
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    Image: imageName(context, container),
    ImageID: container.image.id,
    Command: [path, ...args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg))].join(' '),
    Created: Math.floor(container.createdMs / 1000),
    Ports: portSummaries(container),
    Labels: config.Labels,
    State: state.name,
    Status: statusText(state, context.clock.nowMs()),
    HostConfig: { NetworkMode: container.hostConfig.NetworkMode },
    NetworkSettings: { Networks: networks.endpointsOf(container) },
    Mounts: mountBodies(container.points),
  };
}

// The name it was created by, unless that is another image by now.
function imageName({ images }: ContainerContext, { config, image }: Container): string {
  try {
    return images.get(config.Image).id === image.id ? config.Image : image.id;
  } catch {
    return image.id;
  }
}

function requireValues(filters: Filters): void {
  for (const status of filters.values('status')) {
    if (STATE_NAMES.some((name) => name === status)) continue;
    const valid = STATE_NAMES.join(', ');
    throw new DrydockError(
      'invalid-argument',
      `invalid filter 'status=${status}': invalid value for state (${status}): must be one of ${valid}`,
    );
  }
  for (const code of filters.values('exited')) {
    if (!/^-?\d+$/.test(code)) {
      throw new DrydockError(
        'invalid-argument',
        `invalid filter 'exited=${code}': strconv.Atoi: parsing "${code}": invalid syntax`,
      );
    }
  }
}

// `before` and `since` name containers: older than the one, newer than the other.
function betweenOthers({ store }: ContainerContext, filters: Filters): Container[] {
  const all = store.all();
  const [before] = filters.values('before');
  const [since] = filters.values('since');
  const from = before === undefined ? 0 : all.indexOf(store.get(before)) + 1;
  const to = since === undefined ? all.length : all.indexOf(store.get(since));
  return all.slice(from, to);
}

function passes(context: ContainerContext, container: Container, filters: Filters): boolean {
  const { state, config, hostConfig } = container;
  const exited = filters.values('exited').map(Number);
  const volumes = filters.values('volume');
  const mounts = mountBodies(container.points).flatMap(({ Source, Destination }) => [Source, Destination]);
  return (
    (filters.match('name', container.name) || filters.match('name', `/${container.name}`)) &&
    filters.match('id', container.id) &&
    filters.labels('label', config.Labels) &&
    filters.match('status', state.name) &&
    filters.exact('health', 'none') &&
    filters.exact('network', hostConfig.NetworkMode) &&
    (exited.length === 0 || (!state.running && state.startedAtMs !== undefined && exited.includes(state.exitCode))) &&
    (volumes.length === 0 || volumes.some((volume) => mounts.includes(volume))) &&
    isDescendant(context, container, filters.values('ancestor')) &&
    filters.values('publish').length + filters.values('expose').length === 0
  );
}

function isDescendant({ images }: ContainerContext, { image }: Container, ancestors: readonly string[]): boolean {
  if (ancestors.length === 0) return true;
  return ancestors.some((reference) => {
    try {
      const wanted = images.get(reference);
      return wanted.layers.every((layer, index) => image.layers[index]?.chainId === layer.chainId);
    } catch {
      return false;
    }
  });
}
