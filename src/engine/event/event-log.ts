// What happened in the engine: the last 256 events, and everybody who listens, as `docker events` shows them.
import type { Clock } from '../clock.ts';
import { unixNano } from '../timestamp.ts';

export type EventType = 'builder' | 'container' | 'image' | 'network' | 'volume' | 'daemon';

export interface EngineEvent {
  readonly type: EventType;
  /** `create`, `start`, `exec_start: ls -l`, ... */
  readonly action: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** How every part of the engine reports an event. */
export type EmitEvent = (event: EngineEvent) => void;

/** As it goes over the wire. `status`, `id` and `from` are of old clients. */
export interface EventMessage {
  readonly status?: string;
  readonly id?: string;
  readonly from?: string;
  readonly Type: EventType;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly scope: 'local';
  readonly time: number;
  readonly timeNano: number;
}

const KEPT_EVENTS = 256;

export class EventLog {
  readonly #clock: Clock;
  readonly #events: { readonly atMs: number; readonly message: EventMessage }[] = [];
  readonly #listeners = new Set<(message: EventMessage) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  readonly emit: EmitEvent = (event) => {
    const atMs = this.#clock.nowMs();
    const message = toMessage(event, atMs);
    this.#events.push({ atMs, message });
    if (this.#events.length > KEPT_EVENTS) this.#events.shift();
    for (const listener of [...this.#listeners]) listener(message);
  };

  /** Kept events between two times, both optional and inclusive, oldest first. */
  between(sinceMs = 0, untilMs = Number.POSITIVE_INFINITY): EventMessage[] {
    return this.#events.filter(({ atMs }) => atMs >= sinceMs && atMs <= untilMs).map(({ message }) => message);
  }

  /** @returns a function that ends it */
  subscribe(listener: (message: EventMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function toMessage({ type, action, id, attributes }: EngineEvent, atMs: number): EventMessage {
  const from = type === 'container' ? attributes['image'] : undefined;
  return {
    ...((type === 'container' || type === 'image') && { status: action, id }),
    ...(from !== undefined && { from }),
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: attributes },
    scope: 'local',
    time: Math.floor(atMs / 1000),
    timeNano: unixNano(atMs),
  };
}
