import { describe, expect, it } from 'vitest';
import { formatFigure, median } from './statistics.ts';

describe('median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
  ])('of %j is %d', (values, expected) => expect(median(values)).toBe(expected));

  it('of nothing is refused', () => expect(() => median([])).toThrow(RangeError));
});

it('marks a figure over its budget', () => {
  const figure = { name: 'x', unit: 'ms', budget: 100 } as const;
  expect(formatFigure({ ...figure, samples: [101] })).toMatch(/x1\.01\s+OVER$/);
  expect(formatFigure({ ...figure, samples: [100, 100, 5000] })).toMatch(/x1\.00$/);
});
