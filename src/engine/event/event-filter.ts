// Which events a listener wants: `docker events --filter`.
import type { Filters } from '../api/filters.ts';
import type { EventMessage } from './event-log.ts';

export const EVENT_FILTERS: readonly string[] =
  'config container daemon event image label network node plugin scope secret service type volume'.split(' ');

const ACTOR_FILTERS = [
  'container',
  'daemon',
  'image',
  'network',
  'plugin',
  'volume',
  'config',
  'node',
  'secret',
  'service',
];

export function eventFilter(filters: Filters): (message: EventMessage) => boolean {
  const chosenActors = ACTOR_FILTERS.filter((type) => filters.values(type).length > 0);
  return (message) =>
    matchesAction(filters, message) &&
    filters.exact('type', message.Type) &&
    filters.exact('scope', message.scope) &&
    filters.labels('label', message.Actor.Attributes) &&
    chosenActors.every((type) => matchesActor(filters, type, message));
}

// `exec_start` also means `exec_start: ls`; `health_status` likewise.
function matchesAction(filters: Filters, { Action }: EventMessage): boolean {
  const values = filters.values('event');
  return values.length === 0 || values.some((value) => Action === value || Action.startsWith(`${value}:`));
}

function matchesActor(filters: Filters, type: string, { Type, Actor }: EventMessage): boolean {
  const values = filters.values(type);
  // An image's filter also chooses the containers made of it.
  if (type === 'image' && Type !== 'image') return sameImage(values, Actor.Attributes['image'] ?? '');
  if (Type !== type) return false;
  const name = Actor.Attributes['name'] ?? '';
  if (type === 'image' && (sameImage(values, Actor.ID) || sameImage(values, name))) return true;
  return values.some((value) => value === name || (value !== '' && Actor.ID.startsWith(value)));
}

function sameImage(values: readonly string[], reference: string): boolean {
  return values.some((value) => value === reference || value === reference.replace(/:[^:/]*$/, ''));
}
