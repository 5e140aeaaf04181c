// When a request that was turned away may come again: as the registry says (RFC 9110, 10.2.3), or later each time.

const FIRST_WAIT_MS = 500;
/** Whoever wants us to wait longer has refused. */
const MAX_WAIT_MS = 30_000;

/**
 * @param attempt how often the request was made, from 1
 * @returns undefined when there is no point in waiting
 */
export function retryAfterMs({ status, headers }: Response, attempt: number, nowMs = Date.now()): number | undefined {
  const said = statedMs(headers.get('retry-after'), nowMs);
  // A registry that fails without a word of when may be back at once; one that counts requests will not.
  const isBusy = status === 429 || status === 503;
  if (!isBusy && status !== 502 && status !== 504) return undefined;
  const waitMs = said ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
  return waitMs <= MAX_WAIT_MS ? waitMs : undefined;
}

function statedMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
