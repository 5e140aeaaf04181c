// The browser's words for a full disk or a spent allowance become ours.
import { noSpaceLeft } from '../../engine/blob/blob-errors.ts';

/** @returns DrydockError `no-space` when the error says that (File System Standard, "QuotaExceededError"); else the error */
export function orNoSpace(error: unknown, sizes: { readonly needed?: number } = {}): unknown {
  return error instanceof Error && error.name === 'QuotaExceededError' ? noSpaceLeft(sizes, error) : error;
}
