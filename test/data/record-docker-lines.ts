// Gives every row of the differential table to the real docker client and writes down what it does.
// Run when the table or the engine's answers have changed: npx tsx test/data/record-docker-lines.ts
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { keyOf, normalized } from '../clients/differential/command-line.ts';
import { inParallel } from '../clients/differential/in-parallel.ts';
import { RECORDING_FILE } from '../clients/differential/recording.ts';
import { realClient } from '../clients/differential/run-client.ts';
import { TABLE } from '../clients/differential/table.ts';

const AT_ONCE = 6;

// It looks for an engine first, finds none, and still prints what it knows.
const { stdout } = spawnSync('docker', ['version', '--format', '{{.Client.Version}} {{.Client.APIVersion}}'], {
  encoding: 'utf8',
  env: { ...process.env, DOCKER_HOST: 'unix:///nowhere' },
});
const [version, apiVersion] = stdout.trim().split(' ');
const client = realClient();
const rows = await inParallel(
  TABLE,
  AT_ONCE,
  async (row) => [keyOf(row), (await client.run(row)).map(normalized)] as const,
);
await client.close();
const recording = { version, apiVersion, rows: Object.fromEntries(rows) };
writeFileSync(RECORDING_FILE, `${JSON.stringify(recording, undefined, 2)}\n`);
console.log(`${rows.length} rows of docker ${version ?? ''}`);
