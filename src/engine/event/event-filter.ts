// Which events a listener wants: `docker events --filter`. A key that Docker does not know is not looked at.
// Source: moby daemon/events/filter.go.
import type { Filters } from '../api/filters.ts';
import type { EventMessage } from './event-log.ts';

/** The beginning of a name or id is enough for these, whatever the event is about. */
const ACTORS = 'container daemon plugin volume network node service secret config'.split(' ');
/** With one of these among the values, the beginning of an action is enough. */
const ACTIONS_WITH_WORDS = ['health_status', 'exec_create', 'exec_start'];

export function eventFilter(filters: Filters): (message: EventMessage) => boolean {
  const byPrefix = ACTIONS_WITH_WORDS.some((action) => filters.values('event').includes(action));
  return ({ Type, Action, Actor, scope }) => {
    const { name = '', image = '' } = Actor.Attributes;
    return (
      (byPrefix ? filters.prefix('event', Action) : filters.exact('event', Action)) &&
      filters.exact('type', Type) &&
      filters.exact('scope', scope) &&
      filters.labels('label', Actor.Attributes) &&
      ACTORS.every((key) => filters.prefix(key, Actor.ID) || filters.prefix(key, name)) &&
      isOfImage(filters, Actor.ID, Type === 'image' ? name : image)
    );
  };
}

function isOfImage(filters: Filters, id: string, image: string): boolean {
  return [id, image, withoutTag(image), withoutTag(id)].some((reference) => filters.exact('image', reference));
}

/** Also in the short form: no `docker.io/library/`, no tag, no digest. */
function withoutTag(reference: string): string {
  return reference
    .replace(/^(?:docker\.io\/(?:library\/)?)/, '')
    .replace(/@.*$/, '')
    .replace(/:[^:/]*$/, '');
}
