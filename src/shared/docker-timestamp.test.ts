// Times as people write them; what does not fit is refused as docker 28.2.2 refused it.
import { describe, expect, it } from 'vitest';
import { engineTimestamp } from './docker-timestamp.ts';

const NOW = Date.parse('2026-06-01T12:00:00.5Z');

describe('engineTimestamp', () => {
  it.each([
    ['1h30m', '1780309800'],
    ['-1h', '1780318800'],
    ['0', '0'],
    ['1700000000.5', '1700000000.5'],
    ['2020-01-01', '1577836800.000000000'],
    ['2020-01-01Z', '1577836800.000000000'],
    ['2020-01-01T1', '1577840400.000000000'],
    ['2020-01-01T10:20', '1577874000.000000000'],
    ['2020-01-01T10:20:30.25', '1577874030.250000000'],
    ['2020-01-01T10:20:30.000000001Z', '1577874030.000000001'],
    ['2020-01-01T10:20+01:00', '1577870400.000000000'],
    ['2020-01-01T10:20:30-01:00', '1577877630.000000000'],
  ])('%j is %s', (text, expected) => {
    expect(engineTimestamp(text, NOW)).toBe(expected);
  });

  it.each([
    ['', 'failed to parse value as time or duration: ""'],
    ['yesterday', 'failed to parse value as time or duration: "yesterday"'],
    ['2020-01-01T', 'parsing time "2020-01-01T" as "2006-01-02T15": cannot parse "" as "15"'],
    ['2020-01-1', 'parsing time "2020-01-1" as "2006-01-02": cannot parse "1" as "02"'],
    ['2020-01', 'parsing time "2020-01" as "2006-01-02": cannot parse "" as "-"'],
    ['2020-13-01', 'parsing time "2020-13-01": month out of range'],
    ['2020-02-30', 'parsing time "2020-02-30": day out of range'],
    ['2020-01-01T25', 'parsing time "2020-01-01T25": hour out of range'],
    ['2020-01-01 10:00', 'parsing time "2020-01-01 10:00": extra text: " 10:00"'],
    ['2020-01-01T10.5', 'parsing time "2020-01-01T10.5" as "2006-01-02T15:04:05.999999999": cannot parse ".5" as ":"'],
  ])('%j is refused', (text, message) => {
    expect(() => engineTimestamp(text, NOW)).toThrow(new Error(message));
  });
});
