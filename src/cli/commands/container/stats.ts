// docker stats
import { atLeast } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { throwJoined } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { filtersQuery } from '../../engine/filters-query.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { renderListing } from '../../format/table.ts';
import { LIST_FORMAT_HELP } from '../../help/shared-texts.ts';
import { shortId } from '../../reference/image-reference.ts';
import { abortion } from '../../stream/abort.ts';
import { textLines } from '../../stream/json-lines.ts';
import { StatsCollector } from './stats-collector.ts';
import { STATS_HEADERS, statsRow } from './stats-entry.ts';

const TABLE =
  'table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}';
const FRAME_MS = 500;
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** Containers that are watched, in the order they came. */
class Watched {
  readonly #context: CliContext;
  readonly #streams: boolean;
  #collectors: readonly StatsCollector[] = [];

  constructor(context: CliContext, streams: boolean) {
    this.#context = context;
    this.#streams = streams;
  }

  get all(): readonly StatsCollector[] {
    return this.#collectors;
  }

  add(container: string): void {
    if (this.#collectors.some((known) => known.container === container)) return;
    this.#collectors = [...this.#collectors, new StatsCollector(this.#context, container, this.#streams)];
  }

  remove(container: string): void {
    this.#collectors.find((known) => known.container === container)?.stop();
    this.#collectors = this.#collectors.filter((known) => known.container !== container);
  }

  async ready(): Promise<void> {
    await Promise.all(this.#collectors.map((collector) => collector.ready));
  }

  stop(): void {
    for (const collector of this.#collectors) collector.stop();
  }
}

interface ContainerEvent {
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string };
}

/** Containers come and go while the table is shown. Rejects when the engine goes away. */
async function followEvents(context: CliContext, watched: Watched, all: boolean, source: ReadableStream<Uint8Array>) {
  for await (const line of textLines(source, context.signal)) {
    const { Action, Actor } = JSON.parse(line) as ContainerEvent;
    const id = shortId(Actor?.ID ?? '');
    if (Action === 'start' || (all && Action === 'create')) watched.add(id);
    else if (!all && Action === 'die') watched.remove(id);
  }
}

/** In one piece, and each line cleared to its end: a screen that is overwritten must not flicker. */
function frame(text: string): string {
  const screen = HOME + text;
  const lines = screen.split('\n').map((line) => `${line} ${CLEAR_LINE}\n`);
  return screen + lines.join('') + CLEAR_BELOW;
}

const nextFrame = () => new Promise<void>((resolve) => setTimeout(resolve, FRAME_MS));

export const stats = defineCommand({
  use: 'stats [OPTIONS] [CONTAINER...]',
  summary: 'Show what containers use, all the time',
  aliasLine: 'docker container stats, docker stats',
  arguments: atLeast(0),
  flags: {
    all: boolFlag('Those that are not running, too', { short: 'a' }),
    format: stringFlag(LIST_FORMAT_HELP),
    'no-stream': boolFlag('Measure once, print and end'),
    'no-trunc': boolFlag('Show everything in full length'),
  },
  async run(context, { options, args }) {
    const { all } = options;
    const streams = !options['no-stream'];
    const watched = new Watched(context, streams);
    let follow: Promise<void> = Promise.resolve();
    const events = new AbortController();
    try {
      if (args.length === 0) {
        // Watched before the list is read, so that none is missed.
        const response = await context.engine.request('GET', '/events', {
          query: filtersQuery({ type: ['container'] }),
          signal: events.signal,
        });
        if (response.body !== null) follow = followEvents(context, watched, all, response.body);
        follow.catch(() => undefined);
        const list = await context.engine.json<readonly { readonly Id: string }[]>('GET', '/containers/json', {
          query: all ? { all: '1' } : {},
        });
        for (const { Id } of list) watched.add(shortId(Id));
        await watched.ready();
      } else {
        for (const name of args) watched.add(name);
        await watched.ready();
        throwJoined(watched.all.map(({ problem }) => problem).filter((problem) => problem !== undefined));
      }
      const chosen = options.format === '' ? ((await context.config()).statsFormat ?? '') : options.format;
      const format = chosen === '' || chosen === 'table' ? TABLE : chosen;
      const failed = follow.then(() => new Promise<never>(() => undefined));
      failed.catch(() => undefined);
      for (;;) {
        const text = renderListing({
          format,
          typeName: '*container.statsContext',
          headers: STATS_HEADERS,
          rows: watched.all.map(({ entry }) => statsRow(entry, !options['no-trunc'])),
        });
        await context.out.write(streams ? frame(text) : text);
        if (!streams) return;
        await Promise.race([nextFrame(), failed, abortion(context.signal)]);
      }
    } finally {
      events.abort();
      watched.stop();
    }
  },
});
