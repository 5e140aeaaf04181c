// What the prune commands share: each asks the engine to delete what nobody uses, and tells what went and how much
// room that made. `docker system prune` does one after another.
import type { CliContext } from '../cli-context.ts';
import { filtersQuery } from '../engine/filters-query.ts';
import type { Filters } from '../flags/list-flags.ts';
import { cut, withFilter } from '../flags/list-flags.ts';
import { humanSize } from '../format/human-size.ts';

export interface PruneReport {
  readonly reclaimedBytes: number;
  /** What was deleted, a line each under a heading; empty for nothing. */
  readonly deleted: string;
}

/** `Deleted Containers:` and a line for each. */
export function deletedLines(heading: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `Deleted ${heading}:\n${lines.map((line) => `${line}\n`).join('')}`;
}

const OPPOSITES: Readonly<Record<string, string>> = { label: 'label!', 'label!': 'label' };

/**
 * The command's filters with those of config.json's pruneFilters that do not contradict them. As in Docker's client, a
 * label counts only beside an opposite one: none at all is taken for a match (filters.Args.ExactMatch).
 */
export async function withDefaultFilters(context: CliContext, filters: Filters): Promise<Filters> {
  let all = filters;
  for (const text of (await context.config()).pruneFilters ?? []) {
    const [name, value] = cut(text, '=');
    if (value === undefined) continue;
    const opposite = OPPOSITES[name];
    const against = opposite === undefined ? undefined : (all[opposite] ?? []);
    if (against !== undefined && (against.length === 0 || against.includes(value))) continue;
    all = withFilter(all, name, value);
  }
  return all;
}

interface PruneRequest {
  readonly path: string;
  readonly filters: Filters;
}

/** POST /<kind>/prune. @param describe puts what was deleted into lines */
export async function pruneOf<T extends { readonly SpaceReclaimed?: number }>(
  context: CliContext,
  { path, filters }: PruneRequest,
  describe: (answer: T) => string,
): Promise<PruneReport> {
  const answer = await context.engine.json<T>('POST', path, { query: filtersQuery(filters) });
  const deleted = describe(answer);
  return { deleted, reclaimedBytes: deleted === '' ? 0 : (answer.SpaceReclaimed ?? 0) };
}

export async function printReclaimed(context: CliContext, reports: readonly PruneReport[]): Promise<void> {
  const sum = reports.reduce((bytes, { reclaimedBytes }) => bytes + reclaimedBytes, 0);
  await context.out.line(`Total reclaimed space: ${humanSize(sum)}`);
}
