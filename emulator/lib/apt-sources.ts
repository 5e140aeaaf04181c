// The machine's own Debian mirrors, rewritten for a private package root: same places and keys, source packages too.
import { readFile, readdir } from 'node:fs/promises';

/** One repository of an apt sources list. */
export interface AptSource {
  readonly uris: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Key file, when the entry names one. */
  readonly signedBy: string | undefined;
}

/** The entries of both list formats whose suites belong to `codename`, such as bookworm, bookworm-updates. */
export function parseAptSources(text: string, format: 'list' | 'sources', codename: string): AptSource[] {
  const all = format === 'list' ? text.split('\n').flatMap(parseLine) : text.split(/\n\s*\n/).flatMap(parseStanza);
  return all
    .map((source) => ({ ...source, suites: source.suites.filter((suite) => isSuiteOf(suite, codename)) }))
    .filter((source) => source.suites.length > 0 && source.components.includes('main'));
}

export function formatAptSources(sources: readonly AptSource[]): string {
  return sources
    .map((source) =>
      [
        'Types: deb deb-src',
        `URIs: ${source.uris}`,
        `Suites: ${source.suites.join(' ')}`,
        'Components: main',
        ...(source.signedBy ? [`Signed-By: ${source.signedBy}`] : []),
        '',
      ].join('\n'),
    )
    .join('\n');
}

/** @throws Error when the machine is not a Debian with sources for its own release */
export async function readMachineSources(): Promise<AptSource[]> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1] ?? 'unknown';
  const folder = '/etc/apt/sources.list.d';
  const names = (await readdir(folder).catch(() => [])).map((name) => `${folder}/${name}`);
  const sources: AptSource[] = [];
  for (const path of ['/etc/apt/sources.list', ...names.sort()]) {
    if (!/\.(list|sources)$/.test(path)) continue;
    const text = await readFile(path, 'utf8').catch(() => '');
    sources.push(...parseAptSources(text, path.endsWith('.list') ? 'list' : 'sources', codename));
  }
  if (sources.length === 0)
    throw new Error(
      `Cannot find Debian mirrors in /etc/apt for release "${codename}": the guest is built from Debian 12 packages`,
    );
  return sources;
}

function isSuiteOf(suite: string, codename: string): boolean {
  return suite === codename || suite === `${codename}-updates` || suite.startsWith(`${codename}-security`);
}

function parseLine(line: string): AptSource[] {
  const match = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.+)$/.exec(line.trim());
  if (!match) return [];
  const [, options = '', uris = '', suite = '', components = ''] = match;
  const signedBy = /signed-by=(\S+)/.exec(options)?.[1];
  return [{ uris, suites: [suite], components: components.split(/\s+/), signedBy }];
}

function parseStanza(stanza: string): AptSource[] {
  const fields = new Map<string, string>();
  for (const line of stanza.split('\n')) {
    const match = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
    if (match?.[1]) fields.set(match[1].toLowerCase(), match[2] ?? '');
  }
  const words = (name: string) => (fields.get(name) ?? '').split(/\s+/).filter(Boolean);
  if (!words('types').includes('deb') || fields.get('enabled') === 'no') return [];
  const uris = fields.get('uris') ?? '';
  return [
    { uris, suites: words('suites'), components: words('components'), signedBy: fields.get('signed-by') || undefined },
  ];
}
