// Reads a help page back into facts, so that pages with other words can be compared.

/** Commands whose help pages are compared with Docker's. */
export const HELP_COMMANDS = [
  ...[
    'run',
    'create',
    'start',
    'stop',
    'restart',
    'kill',
    'rm',
    'ps',
    'logs',
    'exec',
    'attach',
    'wait',
    'pause',
    'unpause',
    'rename',
    'top',
    'stats',
    'port',
    'update',
    ...['cp', 'diff', 'export', 'commit'],
  ],
  ...[
    'images',
    'pull',
    'rmi',
    'tag',
    'history',
    'import',
    'load',
    ...['save', 'push', 'login', 'logout', 'search'],
    'inspect',
    'version',
    'info',
    'events',
  ],
  ...[
    'run',
    'create',
    'start',
    'stop',
    'restart',
    'kill',
    'rm',
    'ls',
    'logs',
    'exec',
    'attach',
    'wait',
    'pause',
    'unpause',
    'rename',
    ...['cp', 'diff', 'export', 'commit'],
    'inspect',
    'top',
    'stats',
    'port',
    'update',
    'prune',
  ].map((name) => `container ${name}`),
  ...['ls', 'pull', 'rm', 'tag', 'history', 'inspect', 'import', 'load', 'push', 'save', 'prune'].map(
    (name) => `image ${name}`,
  ),
  ...['info', 'events', 'df', 'prune'].map((name) => `system ${name}`),
  ...['create', 'inspect', 'ls', 'prune', 'rm', 'update'].map((name) => `volume ${name}`),
  ...['connect', 'create', 'disconnect', 'inspect', 'ls', 'prune', 'rm'].map((name) => `network ${name}`),
  ...['annotate', 'create', 'inspect', 'push', 'rm'].map((name) => `manifest ${name}`),
] as const;

/** Pages that list commands; the empty one is that of `docker` itself. */
export const LISTING_PAGES = ['', 'container', 'image', 'manifest', 'network', 'system', 'volume'] as const;

/** What is listed under each heading of such a page, in its order. */
export function parseListing(page: string): Readonly<Record<string, readonly string[]>> {
  const lists: Record<string, string[]> = {};
  let heading = '';
  for (const line of page.split('\n')) {
    if (/^\S.*Commands:$|^Commands:$/.test(line)) heading = line;
    else if (line === '') heading = '';
    const [, name] = /^ {2}(\S+) +\S/.exec(line) ?? [];
    if (heading !== '' && name !== undefined) (lists[heading] ??= []).push(name);
  }
  return lists;
}

export interface HelpFlag {
  readonly short?: string;
  readonly type: string;
  readonly default?: string;
}

export interface HelpPage {
  readonly usage: string;
  readonly aliases?: string;
  readonly flags: Readonly<Record<string, HelpFlag>>;
  /** Column in which the descriptions start, and the headings in their order: the layout. */
  readonly descriptionColumn?: number;
  readonly headings: readonly string[];
}

/** What a description continues with on its next line, at least. */
const INDENT = ' '.repeat(6);

export function parseHelp(page: string): HelpPage {
  const lines = page.split('\n');
  const usage = lines.find((line) => line.startsWith('Usage:')) ?? '';
  const headings = lines.filter((line) => /^\S.*:$/.test(line));
  const aliasAt = lines.indexOf('Aliases:');
  const flags: Record<string, HelpFlag> = {};
  const blocks: { name: string; short: string | undefined; type: string; text: string }[] = [];
  let descriptionColumn: number | undefined;
  for (const line of lines.slice(Math.max(0, lines.indexOf('Options:')))) {
    const head = /^ {2}(?:-(\w), | {4})--([\w-]+)(?: ([\w-]+))?( {3,})(?=\S)/.exec(line);
    if (head !== null) {
      blocks.push({ name: head[2] ?? '', short: head[1], type: head[3] ?? 'bool', text: line.slice(head[0].length) });
      descriptionColumn ??= head[0].length;
    } else {
      const last = blocks.at(-1);
      if (last !== undefined && line.startsWith(INDENT)) last.text += ` ${line.trim()}`;
    }
  }
  for (const { name, short, type, text } of blocks) {
    const shown = /\(default ("[^"]*"|[^ ()]+)\)$/.exec(text)?.[1];
    flags[name] = {
      ...(short === undefined ? {} : { short }),
      type,
      ...(shown === undefined ? {} : { default: shown }),
    };
  }
  return {
    usage,
    ...(aliasAt < 0 ? {} : { aliases: lines[aliasAt + 1]?.trim() ?? '' }),
    flags,
    ...(descriptionColumn === undefined ? {} : { descriptionColumn }),
    headings,
  };
}
