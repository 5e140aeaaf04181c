// docker events
import { noArguments } from '../../argument-rule.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { filtersQuery } from '../../engine/filters-query.ts';
import { engineTimestamp } from '../../../shared/docker-timestamp.ts';
import { filterFlag } from '../../flags/list-flags.ts';
import { stringFlag } from '../../flags/scalar-flags.ts';
import { rfc3339Nano } from '../../format/go-time.ts';
import { INSPECT_FORMAT_HELP } from '../../help/shared-texts.ts';
import { textLines } from '../../stream/json-lines.ts';
import { Template } from '../../template/template.ts';
import { sortedEntries, TemplateStruct } from '../../template/values.ts';

interface EventMessage {
  readonly Type?: string;
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> | null };
  readonly time?: number;
}

const BAD_TEMPLATE = 64;
/** What an event has at least: a template is tried on it before the engine is asked. */
const EMPTY_EVENT = '{"Type":"","Action":"","Actor":{"ID":"","Attributes":{}}}';

function parsed(format: string): Template | undefined {
  if (format === '') return undefined;
  try {
    const template = new Template(format === 'json' ? '{{json .}}' : format);
    template.render(templateData(EMPTY_EVENT, '*events.Message'));
    return template;
  } catch (error) {
    throw new CliError(`Error parsing format: ${errorText(error)}`, BAD_TEMPLATE);
  }
}

/** Nanoseconds since 1970 do not fit a double: they are read from the text. */
function timeOf(raw: string, event: EventMessage): string {
  const nano = /"timeNano":\s*(\d+)/.exec(raw)?.[1];
  if (nano !== undefined && nano !== '0') return `${rfc3339Nano(nano)} `;
  return (event.time ?? 0) === 0 ? '' : `${rfc3339Nano(`${event.time ?? 0}000000000`)} `;
}

function pretty(raw: string): string {
  const event = JSON.parse(raw) as EventMessage;
  const attributes = Object.entries(event.Actor?.Attributes ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  const tail = attributes.length === 0 ? '' : ` (${attributes.join(', ')})`;
  return `${timeOf(raw, event)}${event.Type ?? ''} ${event.Action ?? ''} ${event.Actor?.ID ?? ''}${tail}\n`;
}

/** As Go writes it: the ID first, the attributes sorted. */
function sortedActor(actor: unknown): unknown {
  const { ID = '', Attributes } = (actor ?? {}) as NonNullable<EventMessage['Actor']>;
  return { ID, Attributes: Object.fromEntries(sortedEntries(Attributes ?? {})) };
}

/** By Go's names, which are not all JSON's. */
function templateData(raw: string, typeName: string): TemplateStruct {
  const { time, timeNano, status, id, from, scope, ...rest } = JSON.parse(raw) as Record<string, unknown>;
  const own = {
    Scope: scope ?? '',
    Time: time ?? 0,
    TimeNano: timeNano ?? 0,
    Status: status ?? '',
    ID: id ?? '',
    From: from ?? '',
  };
  return new TemplateStruct(typeName, { ...rest, Actor: sortedActor(rest['Actor']), ...own }, () => raw);
}

function when(flag: 'since' | 'until', text: string): Record<string, string> {
  return text === '' ? {} : { [flag]: engineTimestamp(text) };
}

export const events = defineCommand({
  use: 'events [OPTIONS]',
  summary: 'Watch what happens in the engine',
  aliasLine: 'docker system events, docker events',
  arguments: noArguments,
  flags: {
    filter: filterFlag('Only those that match, such as type=container', { short: 'f' }),
    format: stringFlag(INSPECT_FORMAT_HELP),
    since: stringFlag('Begin with those since this time'),
    until: stringFlag('End at this time'),
  },
  async run(context, { options }) {
    const template = parsed(options.format);
    const response = await context.engine.request('GET', '/events', {
      query: { ...when('since', options.since), ...when('until', options.until), ...filtersQuery(options.filter) },
    });
    if (response.body === null) return;
    for await (const raw of textLines(response.body, context.signal)) {
      if (template === undefined) await context.out.write(pretty(raw));
      else if (options.format === 'json') await context.out.line(raw);
      else await context.out.line(template.render(templateData(raw, 'events.Message')));
    }
  },
});
