import { expect, test } from 'vitest';
import { cacheKey, outputIdentity } from './cache-key.ts';

const parts = { step: 'kernel', version: 1, inputs: ['a', 'b'], upstream: ['u'] };

test('the same parts give the same key', () => {
  expect(cacheKey(parts)).toBe(cacheKey({ ...parts, inputs: ['a', 'b'] }));
  expect(cacheKey(parts)).toMatch(/^[0-9a-f]{20}$/);
});

test('every part counts, and where one input ends', () => {
  const keys = [
    parts,
    { ...parts, step: 'rootfs' },
    { ...parts, version: 2 },
    { ...parts, inputs: ['ab'] },
    { ...parts, inputs: ['a'], upstream: ['b', 'u'] },
    { ...parts, upstream: ['v'] },
  ].map(cacheKey);
  expect(new Set(keys).size).toBe(keys.length);
});

test('newly resolved packages change what later steps build on, not the key', () => {
  expect(outputIdentity('k', '')).toBe('k');
  expect(outputIdentity('k', 'bash 5.2')).not.toBe(outputIdentity('k', 'bash 5.3'));
});
