// Our client beside the real one: every row of the table, given to both, has the same stdout, stderr and exit code.
// What the real one does is recorded (test/data/record-docker-lines.ts); where it is installed it is asked again.
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyOf, normalized } from './differential/command-line.ts';
import { inParallel } from './differential/in-parallel.ts';
import { readRecording } from './differential/recording.ts';
import type { Client, ClientResult } from './differential/run-client.ts';
import { ourClient, realClient } from './differential/run-client.ts';
import { TABLE } from './differential/table.ts';

const AT_ONCE = 6;
/** A machine that is busy with other things must not fail the table. */
const TABLE_LIMIT_MS = 600_000;

const recording = readRecording();
const rows = TABLE.map((row) => ({ key: keyOf(row), row }));

describe('the table', () => {
  it('has at least 300 rows, each once, and at least 80 refusals', () => {
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThanOrEqual(300);
    const refused = Object.values(recording.rows).filter((results) => results.at(-1)?.exitCode !== 0);
    expect(refused.length).toBeGreaterThanOrEqual(80);
  });

  it('is recorded whole', () => {
    expect(Object.keys(recording.rows).sort()).toEqual(rows.map(({ key }) => key).sort());
  });
});

/** Runs the table with a few rows at a time, and compares row by row. */
function expectRecorded(client: Client): void {
  const results = new Map<string, readonly ClientResult[]>();
  beforeAll(async () => {
    await inParallel(rows, AT_ONCE, async ({ key, row }) => {
      results.set(key, (await client.run(row)).map(normalized));
    });
  }, TABLE_LIMIT_MS);
  afterAll(() => client.close());

  it.each(rows)('$key', ({ key }) => {
    expect(results.get(key)).toEqual(recording.rows[key]);
  });
}

describe(`our client does what docker ${recording.version} did`, () => {
  expectRecorded(ourClient());
});

const installed = spawnSync('docker', ['--version'], { encoding: 'utf8' });

// Other versions have other words: only the recorded one is asked.
if (installed.status === 0 && installed.stdout.includes(`version ${recording.version},`)) {
  describe('the installed client still does what was recorded', () => {
    expectRecorded(realClient());
  });
}
