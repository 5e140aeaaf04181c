import { describe, expect, it } from 'vitest';
import { DrydockError } from '../../contracts/errors.ts';
import { failureOf } from './failure.ts';

const fine = { online: true, webAssembly: true };
const missing = new DrydockError('unavailable', 'Cannot download "guest.json": ... answered 404');

describe('failureOf', () => {
  it.each([
    { error: missing, surroundings: fine, kind: 'missing-file' },
    { error: new DrydockError('not-found', 'Cannot load x'), surroundings: fine, kind: 'missing-file' },
    { error: missing, surroundings: { ...fine, online: false }, kind: 'offline' },
    { error: missing, surroundings: { ...fine, webAssembly: false }, kind: 'no-webassembly' },
    { error: new DrydockError('machine', 'Cannot go on'), surroundings: fine, kind: 'crashed' },
    { error: new DrydockError('guest', 'Cannot mount'), surroundings: fine, kind: 'crashed' },
    {
      error: new RangeError('WebAssembly.Memory(): could not allocate memory'),
      surroundings: fine,
      kind: 'out-of-memory',
    },
    { error: new RangeError('Array buffer allocation failed'), surroundings: fine, kind: 'out-of-memory' },
    { error: new DrydockError('machine', 'Cannot restore: Out of memory'), surroundings: fine, kind: 'out-of-memory' },
    { error: new TypeError('x is not a function'), surroundings: fine, kind: 'unknown' },
    { error: 'words', surroundings: fine, kind: 'unknown' },
  ])('takes $error for $kind', ({ error, surroundings, kind }) => {
    const failure = failureOf(error, surroundings);
    expect(failure.kind).toBe(kind);
    expect(failure.detail).toBe(error instanceof Error ? error.message : error);
  });
});
