import { expect, test } from 'vitest';
import { parseTimestamp, rfc3339Nano, rfc3339NanoFixed, unixNano } from './timestamp.ts';

test('writes times as Docker does', () => {
  expect(rfc3339Nano(undefined)).toBe('0001-01-01T00:00:00Z');
  expect(rfc3339Nano(1_732_180_249_000)).toBe('2024-11-21T09:10:49Z');
  expect(rfc3339Nano(1_732_180_249_120)).toBe('2024-11-21T09:10:49.12Z');
  expect(rfc3339Nano(1_732_180_250_000)).toBe('2024-11-21T09:10:50Z');
  expect(rfc3339NanoFixed(1_732_180_249_120)).toBe('2024-11-21T09:10:49.120000000Z');
  expect(rfc3339NanoFixed(1_732_180_249_999.9998)).toBe('2024-11-21T09:10:49.999999756Z');
  expect(rfc3339NanoFixed(1_732_180_250_000)).toBe('2024-11-21T09:10:50.000000000Z');
  expect(JSON.stringify(unixNano(1_732_180_249_120))).toBe('1732180249120000000');
});

test('reads the times of a query', () => {
  expect(parseTimestamp('')).toBeUndefined();
  expect(parseTimestamp('1732180249')).toBe(1_732_180_249_000);
  expect(parseTimestamp('1732180249.5')).toBe(1_732_180_249_500);
  expect(parseTimestamp('1732180249.000001000')).toBe(1_732_180_249_000.001);
  expect(parseTimestamp('2024-11-21T09:10:49Z')).toBe(1_732_180_249_000);
  expect(() => parseTimestamp('yesterday')).toThrow('failed to parse value as time or duration: "yesterday"');
});
