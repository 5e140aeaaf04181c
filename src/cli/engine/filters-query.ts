// `filters` of the Engine API: {"status":{"exited":true}}, names and values sorted as Docker's client sends them.
import type { Filters } from '../flags/list-flags.ts';

export function filtersQuery(filters: Filters): { readonly filters?: string } {
  const names = Object.keys(filters).sort();
  if (names.length === 0) return {};
  const sets = names.map((name) => [
    name,
    Object.fromEntries([...(filters[name] ?? [])].sort().map((value) => [value, true])),
  ]);
  return { filters: JSON.stringify(Object.fromEntries(sets)) };
}
