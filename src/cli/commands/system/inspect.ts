// docker inspect: whatever has that name.
import { atLeast } from '../../argument-rule.ts';
import type { CliContext } from '../../cli-context.ts';
import { CliError, errorText } from '../../cli-error.ts';
import { defineCommand } from '../../command.ts';
import { isNotFound } from '../../engine/engine-client.ts';
import { boolFlag, stringFlag } from '../../flags/scalar-flags.ts';
import { goQuote } from '../../../shared/go-quote.ts';
import { INSPECT_FORMAT_HELP } from '../../help/shared-texts.ts';
import type { Found } from '../../inspect/inspector.ts';
import { inspectAll } from '../../inspect/inspector.ts';
import { findContainer } from '../container/inspect.ts';
import { findImage } from '../image/inspect.ts';

const TYPES = [
  'config',
  'container',
  'image',
  'network',
  'node',
  'plugin',
  'secret',
  'service',
  'task',
  'volume',
] as const;
type ObjectType = (typeof TYPES)[number];

/** Where the others are. The swarm's need a manager, which we never are, so nothing looks there unasked. */
const PATHS: Readonly<Record<Exclude<ObjectType, 'container' | 'image'>, (name: string) => string>> = {
  config: (name) => `/configs/${name}`,
  network: (name) => `/networks/${name}`,
  node: (name) => `/nodes/${name}`,
  plugin: (name) => `/plugins/${name}/json`,
  secret: (name) => `/secrets/${name}`,
  service: (name) => `/services/${name}`,
  task: (name) => `/tasks/${name}`,
  volume: (name) => `/volumes/${name}`,
};
const SEARCHED: readonly ObjectType[] = ['container', 'image', 'network', 'volume', 'plugin'];
const CHOICES = `must be one of "${TYPES.join('", "')}"`;

async function find(context: CliContext, type: ObjectType, reference: string, size: boolean): Promise<Found> {
  if (type === 'container') return findContainer(context, reference, size);
  if (type === 'image') return findImage(context, reference);
  const response = await context.engine.request('GET', PATHS[type](encodeURIComponent(reference)));
  return { raw: await response.text(), kind: undefined };
}

function mayBeAnother(error: unknown): boolean {
  return isNotFound(error) || /not supported|invalid reference format/.test(errorText(error));
}

async function search(context: CliContext, reference: string, size: boolean): Promise<Found> {
  for (const type of SEARCHED) {
    try {
      const found = await find(context, type, reference, size);
      if (size && type !== 'container') await context.err.line(`WARNING: --size ignored for ${type}`);
      return found;
    } catch (error) {
      if (!mayBeAnother(error)) throw error;
    }
  }
  throw new CliError(`Error: No such object: ${reference}`);
}

export const inspect = defineCommand({
  use: 'inspect [OPTIONS] NAME|ID [NAME|ID...]',
  summary: 'Show everything about containers, images, networks or volumes',
  arguments: atLeast(1),
  flags: {
    format: stringFlag(INSPECT_FORMAT_HELP, { short: 'f' }),
    size: boolFlag('Show how much disk containers take', { short: 's' }),
    type: stringFlag('Look only for this type of thing'),
  },
  async run(context, { options, changed, args }) {
    if (changed('type') && options.type === '') throw new CliError(`type is empty: ${CHOICES}`);
    const type = TYPES.find((candidate) => candidate === options.type);
    if (options.type !== '' && type === undefined)
      throw new CliError(`unknown type: ${goQuote(options.type)}: ${CHOICES}`);
    await inspectAll(context, args, options.format, async (reference) => {
      if (type === undefined) return search(context, reference, options.size);
      const found = await find(context, type, reference, options.size);
      if (options.size && type !== 'container') await context.err.line(`WARNING: --size ignored for ${type}`);
      return found;
    });
  },
});
