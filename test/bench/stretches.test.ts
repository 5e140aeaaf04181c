import { describe, expect, it } from 'vitest';
import { fastestStretch } from './stretches.ts';

describe('fastestStretch', () => {
  it('gives the samples of the fastest and the median of all', async () => {
    const measured = [
      [5, 6, 7],
      [1, 2, 9],
      [3, 4, 5],
    ];
    const { samples, overall } = await fastestStretch(3, () => Promise.resolve(measured.shift() ?? []));
    expect(samples).toEqual([1, 2, 9]);
    expect(overall).toBe(5);
    expect(measured).toEqual([]);
  });

  it('refuses to measure no times', async () => {
    await expect(fastestStretch(0, () => Promise.resolve([1]))).rejects.toThrow('Cannot measure 0 times');
  });
});
