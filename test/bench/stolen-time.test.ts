import { describe, expect, it } from 'vitest';
import { quietest, stolenTimeMs } from './stolen-time.ts';

describe('stolenTimeMs', () => {
  it('reads the eighth figure of all processors', () => {
    const stat = 'cpu  11 22 33 44 55 66 77 88 99 0\ncpu0 1 2 3 4 5 6 7 8 9 0\n';
    expect(stolenTimeMs(stat)).toBe(880);
  });

  it('is nothing where the kernel does not tell', () => {
    expect(stolenTimeMs('cpu  1 2 3\n')).toBe(0);
  });
});

describe('quietest', () => {
  it('measures at least once and at most as often as told', async () => {
    let turns = 0;
    const { samples } = await quietest(3, () => Promise.resolve([++turns]));
    expect(turns).toBeGreaterThanOrEqual(1);
    expect(turns).toBeLessThanOrEqual(3);
    expect(samples).toHaveLength(1);
  });

  it('refuses to measure no times', async () => {
    await expect(quietest(0, () => Promise.resolve([1]))).rejects.toThrow('Cannot measure 0 times');
  });
});
