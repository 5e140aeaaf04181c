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
