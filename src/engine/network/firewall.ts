// Rules in the kernel's tables, through iptables-restore: one process for all that changes at once, and all of it or nothing
// in each table.
import { DrydockError } from '../../contracts/errors.ts';
import type { Runtime } from '../../contracts/runtime.ts';
import { Mutex } from '../container/mutex.ts';
import { readText } from '../container/read-text.ts';
import { runHelper } from '../run-helper.ts';
import { CHAINS } from './firewall-rules.ts';
import type { Rule, Table } from './firewall-rules.ts';

const ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
const TABLES: readonly Table[] = ['raw', 'nat', 'filter'];

export interface RuleChanges {
  readonly add?: readonly Rule[];
  readonly remove?: readonly Rule[];
}

export interface ResetOptions {
  /** Unless a rule allows it. */
  readonly dropForwarded: boolean;
  /** Rules of earlier settings, in chains that are not Docker's. */
  readonly obsolete: readonly Rule[];
}

export class Firewall {
  readonly #runtime: Pick<Runtime, 'spawn'>;
  readonly #turns = new Mutex();
  /** False with `"iptables": false` in daemon.json: somebody else sees to it. */
  readonly #enabled: boolean;
  /** Rules outside Docker's chains that were there when this engine wrote its own: one that is there is not added. */
  readonly #found = new Set<string>();

  constructor(runtime: Pick<Runtime, 'spawn'>, enabled: boolean) {
    this.#runtime = runtime;
    this.#enabled = enabled;
  }

  /** @throws DrydockError `guest` with the words of iptables; the table in question is as it was */
  async change({ add: asked = [], remove = [] }: RuleChanges): Promise<void> {
    const add = asked.filter((rule) => !this.#found.has(keyOf(rule)));
    for (const rule of remove) this.#found.delete(keyOf(rule));
    await this.#restore((table) => [
      ...remove.filter((rule) => rule.table === table).map(({ chain, text }) => `-D ${chain} ${text}`),
      ...add.filter((rule) => rule.table === table).map(added),
    ]);
  }

  /** Docker's chains with nothing in them but `rules`, whatever is in them now. */
  async reset(rules: readonly Rule[], { dropForwarded, obsolete }: ResetOptions): Promise<void> {
    if (!this.#enabled) return;
    const there = parseSave(await runHelper(this.#runtime, ['iptables-save']));
    this.#found.clear();
    await this.#restore((table) => {
      const own: readonly string[] = table === 'raw' ? [] : CHAINS[table];
      const chains = own.map((chain) => `:${chain} - [0:0]`);
      const isOwn = (chain: string): boolean => own.includes(chain);
      const user =
        table === 'filter' && !there.some(({ chain }) => chain === 'DOCKER-USER') ? [':DOCKER-USER - [0:0]'] : [];
      const policy = table === 'filter' && dropForwarded ? [':FORWARD DROP [0:0]'] : [];
      const wanted = rules.filter((rule) => rule.table === table);
      const stale = there.filter(
        (rule) =>
          rule.table === table &&
          rule.text !== '' &&
          !isOwn(rule.chain) &&
          (/-j DOCKER(-FORWARD|-USER)?$/.test(rule.text) || isListed(wanted, rule) || isListed(obsolete, rule)),
      );
      for (const rule of there) {
        const isKept = rule.table === table && !isOwn(rule.chain) && !stale.includes(rule);
        if (isKept) this.#found.add(keyOf(rule));
      }
      return [
        ...policy,
        ...chains,
        ...user,
        ...stale.map(({ chain, text }) => `-D ${chain} ${text}`),
        ...wanted.map(added),
      ];
    });
  }

  async #restore(linesOf: (table: Table) => readonly string[]): Promise<void> {
    const text = TABLES.flatMap((table) => {
      const lines = linesOf(table);
      return lines.length === 0 ? [] : [`*${table}`, ...lines, 'COMMIT'];
    })
      .map((line) => `${line}\n`)
      .join('');
    if (!this.#enabled || text === '') return;
    await this.#turns.run(() => this.#feed(text));
  }

  async #feed(text: string): Promise<void> {
    const argv = ['iptables-restore', '--noflush', '--wait'];
    const task = await this.#runtime.spawn({ argv, env: ENV, cwd: '/', stdio: { stdin: true, tty: false } });
    const writer = task.stdin.getWriter();
    // Not waited for: it may end before it has read everything, and its exit code says that.
    writer
      .write(new TextEncoder().encode(text))
      .then(() => writer.close())
      .catch(() => undefined);
    const [, errors, { exitCode }] = await Promise.all([readText(task.stdout), readText(task.stderr), task.exited]);
    if (exitCode !== 0) throw new DrydockError('guest', errors.trim() || `iptables-restore ended with ${exitCode}`);
  }
}

function isListed(rules: readonly Rule[], { table, chain, text }: SavedRule): boolean {
  return rules.some((rule) => rule.table === table && rule.chain === chain && rule.text === text);
}

function keyOf({ table, chain, text }: SavedRule): string {
  return `${table} ${chain} ${text}`;
}

function added({ chain, first, text }: Rule): string {
  return `-${first === true ? 'I' : 'A'} ${chain} ${text}`;
}

interface SavedRule {
  readonly table: string;
  readonly chain: string;
  /** Empty for the chain itself. */
  readonly text: string;
}

function parseSave(text: string): SavedRule[] {
  let table = '';
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1);
    const [, chain, rule = ''] = /^(?::|-A )(\S+)(?: (.*))?$/.exec(line) ?? [];
    if (chain === undefined) return [];
    return [{ table, chain, text: line.startsWith(':') ? '' : rule }];
  });
}
