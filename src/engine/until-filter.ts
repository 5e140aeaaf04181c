// `--filter until=...`: a time, or how long ago.
import type { ErrorCode } from '../contracts/errors.ts';
import { DrydockError } from '../contracts/errors.ts';
import { engineTimestamp } from '../shared/docker-timestamp.ts';
import type { Filters } from './api/filters.ts';
import { parseTimestamp } from './timestamp.ts';

/**
 * Of the prune commands.
 * @param code of what is thrown: Docker's daemon is not of one mind
 * @returns ms since 1970, undefined without the filter
 * @throws DrydockError in Docker's words
 */
export function untilOf(filters: Filters, nowMs: number, code: ErrorCode = 'invalid-argument'): number | undefined {
  const values = filters.values('until');
  if (values.length > 1) throw new DrydockError(code, 'more than one until filter specified');
  return values.map((value) => timeOf(value, nowMs, code))[0];
}

/** @returns ms since 1970 @throws DrydockError in Docker's words */
export function timeOf(value: string, nowMs: number, code: ErrorCode = 'invalid-argument'): number {
  try {
    return parseTimestamp(engineTimestamp(value, nowMs)) ?? 0;
  } catch (cause) {
    throw new DrydockError(code, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
