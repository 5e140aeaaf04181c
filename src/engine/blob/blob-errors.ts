// What every blob store says when it refuses, so that callers and tests see one text.
import type { Digest } from '../../contracts/blob-store.ts';
import { DrydockError } from '../../contracts/errors.ts';

export function noSuchBlob(digest: Digest): DrydockError {
  return new DrydockError('not-found', `Cannot read blob ${digest}: it is not in the store`);
}

export function digestMismatch(expected: Digest, actual: Digest): DrydockError {
  return new DrydockError('data-loss', `Cannot store blob ${expected}: its bytes have digest ${actual}`);
}

export function writerClosed(): DrydockError {
  return new DrydockError('internal', 'Cannot write blob: it was committed or aborted before');
}

/** @param sizes in bytes, where they are known. The words are the kernel's, as Docker passes them on. */
export function noSpaceLeft(
  sizes: { readonly needed?: number; readonly free?: number } = {},
  cause?: unknown,
): DrydockError {
  const { needed, free } = sizes;
  const known = needed !== undefined && `at least ${inMegabytes(needed)} are needed`;
  const why =
    known === false
      ? 'the storage for layers is full'
      : free === undefined
        ? known
        : `${known}, ${inMegabytes(free)} are free`;
  const advice = '"docker image rm" and "docker image prune -a" make room';
  return new DrydockError('no-space', `no space left on device: ${why}; ${advice}`, { cause });
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
