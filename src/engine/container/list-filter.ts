// Which containers `docker ps --filter` means, and Docker's words for a filter that means nothing.
// Source: moby daemon/list.go.
import { DrydockError } from '../../contracts/errors.ts';
import type { Filters } from '../api/filters.ts';
import type { ContainerContext } from './container-context.ts';
import { STATE_NAMES } from './container-state.ts';
import type { Container } from './container.ts';
import { HEALTH_STATUSES } from './health/health-state.ts';
import { mountBodies } from './mount-points.ts';
import { listedPorts } from './network-settings.ts';

export const LIST_FILTERS: readonly string[] =
  'ancestor before exited expose health id is-task isolation label name network publish since status volume'.split(' ');

export type ContainerTest = (container: Container) => boolean;

/** @throws DrydockError `invalid-argument`, `not-found`, `internal` in Docker's words */
export function listFilter(context: ContainerContext, filters: Filters): ContainerTest {
  const exited = filters.values('exited').map(exitCode);
  requireOneOf(filters, 'status', 'state', STATE_NAMES);
  const isTask = filters.flag('is-task');
  requireOneOf(filters, 'health', 'health', HEALTH_STATUSES);
  const others = betweenOthers(context, filters);
  const publish = filters.values('publish').flatMap((value) => portsOf('publish', value));
  const expose = filters.values('expose').flatMap((value) => portsOf('expose', value));
  const ids = filters.values('id').map((id) => context.store.uniqueByPrefix(id)?.id);
  const tests: readonly (readonly [keys: string, ContainerTest])[] = [
    ['before since', others],
    ['id', ({ id }) => ids.includes(id)],
    [
      'name',
      (container) =>
        context.store
          .namesOf(container)
          .some((name) => filters.match('name', name) || filters.match('name', `/${name}`)),
    ],
    ['label', ({ config }) => filters.labels('label', config.Labels)],
    // No container is a swarm's task.
    ['is-task', () => isTask !== true],
    ['exited', ({ state }) => hasEnded(state) && exited.includes(state.exitCode)],
    ['status', ({ state }) => filters.match('status', state.name)],
    ['health', ({ state }) => filters.exact('health', state.health?.status ?? 'none')],
    ['volume', (container) => mountsOne(container, filters.values('volume'))],
    ['ancestor', (container) => isDescendant(context, container, filters.values('ancestor'))],
    ['network', (container) => isOnOne(container, filters.values('network'))],
    ['publish expose', (container) => hasPort(container, publish, expose)],
  ];
  // Nobody pays for what was not asked: a list of hundreds is looked at again and again.
  const asked = tests.filter(([keys]) => keys.split(' ').some((key) => filters.values(key).length > 0));
  return (container) => asked.every(([, test]) => test(container));
}

function hasEnded({ running, startedAtMs }: Container['state']): boolean {
  return !running && startedAtMs !== undefined;
}

function exitCode(value: string): number {
  if (/^[+-]?\d+$/.test(value)) return Number(value);
  throw refuse(`invalid filter 'exited=${value}': strconv.Atoi: parsing "${value}": invalid syntax`);
}

function requireOneOf(filters: Filters, key: string, what: string, names: readonly string[]): void {
  for (const value of filters.values(key)) {
    if (names.includes(value)) continue;
    const valid = names.join(', ');
    throw refuse(`invalid filter '${key}=${value}': invalid value for ${what} (${value}): must be one of ${valid}`);
  }
}

/** `before` and `since` name containers: older than the one, newer than the other. */
function betweenOthers({ store }: ContainerContext, filters: Filters): ContainerTest {
  const all = store.all();
  const before = filters.values('before').at(-1);
  const since = filters.values('since').at(-1);
  const from = before === undefined ? 0 : all.indexOf(store.get(before)) + 1;
  const to = since === undefined ? all.length : all.indexOf(store.get(since));
  const chosen = new Set(all.slice(from, to));
  return (container) => chosen.has(container);
}

/** `80`, `80/udp`, `8000-8010/tcp` as `80/tcp`, ... */
function portsOf(key: string, value: string): string[] {
  if (value.includes(':')) throw new DrydockError('internal', `filter for '${key}' should not contain ':': ${value}`);
  const [range = '', protocol = 'tcp'] = value.split('/', 2);
  const failed = (reason: string): DrydockError =>
    new DrydockError('internal', `error while looking up for ${key} ${value}: ${reason}`);
  if (range === '') throw failed('empty string specified for ports');
  const [start = '', end = start] = range.split('-', 2);
  for (const port of [start, end]) {
    if (!/^\d+$/.test(port)) throw failed(`strconv.ParseUint: parsing "${port}": invalid syntax`);
    if (Number(port) > 65_535) throw failed(`strconv.ParseUint: parsing "${port}": value out of range`);
  }
  if (Number(end) < Number(start)) throw failed(`invalid range specified for port: ${range}`);
  const count = Number(end) - Number(start) + 1;
  return Array.from({ length: count }, (_, index) => `${Number(start) + index}/${protocol}`);
}

function hasPort(container: Container, publish: readonly string[], expose: readonly string[]): boolean {
  return listedPorts(container).some(({ PublicPort = 0, PrivatePort, Type }) => {
    return publish.includes(`${PublicPort}/${Type}`) || expose.includes(`${PrivatePort}/${Type}`);
  });
}

function mountsOne({ points }: Container, wanted: readonly string[]): boolean {
  const known = mountBodies(points).flatMap(({ Name, Source, Destination }) => [Name || Source, Destination]);
  return wanted.some((value) => known.includes(value));
}

function isOnOne({ networks }: Container, wanted: readonly string[]): boolean {
  return wanted.some((value) =>
    [...networks].some(([name, { networkId }]) => name === value || (networkId !== '' && networkId.startsWith(value))),
  );
}

function isDescendant({ images }: ContainerContext, { image }: Container, ancestors: readonly string[]): boolean {
  return ancestors.some((reference) => {
    try {
      const wanted = images.get(reference);
      return wanted.layers.every((layer, index) => image.layers[index]?.chainId === layer.chainId);
    } catch {
      return false;
    }
  });
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
