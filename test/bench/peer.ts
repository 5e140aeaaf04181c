// `npm run bench -- --peer`: our engine beside the only alternative for a browser tab, the real dockerd in the same emulated
// machine. One after the other in one process, so that the ratio holds also where the times do not.
import { readSamples, timingScript } from './guest-timing.ts';
import type { Contender } from './peer-contenders.ts';
import { startOurs, startPeer } from './peer-contenders.ts';
import { median } from './statistics.ts';

interface Row {
  readonly name: string;
  readonly unit: 's' | 'MB';
  readonly value: number;
}

export async function comparePeer(): Promise<void> {
  const say = (line: string) => console.error(line);
  const peer = await measure(await startPeer(say), say);
  const ours = await measure(await startOurs(), say);
  console.log(formatComparison(ours, peer));
}

export interface Measured {
  readonly title: string;
  readonly rows: readonly Row[];
}

async function measure(contender: Contender, say: (line: string) => void): Promise<Measured> {
  const { name, version, warmUpRuns, runs } = contender;
  say(`${name} ${version} answers; each of its commands runs ${warmUpRuns} times, then ${runs} times on the clock`);
  const timed = async (command: string, warmUp = warmUpRuns, samples = runs) =>
    median(readSamples(await contender.run(timingScript(command, samples, warmUp)))) / 1000;
  const command = async (row: string, script: string): Promise<Row> => {
    const value = await timed(script);
    say(`${name}: ${row}: ${round(value)} s`);
    return { name: row, unit: 's', value };
  };
  const hello = 'docker run --rm busybox echo hello';
  try {
    const idleMegabytes = await usedMegabytes(contender);
    await contender.addBusybox();
    const firstRun = await timed(hello, 0, 1);
    const rows = [
      { name: 'daemon ready', unit: 's', value: contender.readyMs / 1000 } as const,
      { name: `${hello}, first`, unit: 's', value: firstRun } as const,
      await command(`${hello}, warm`, hello),
      await command('docker images', 'docker images'),
      await command('docker ps', 'docker ps'),
    ];
    await contender.run('docker run -d --name bench busybox sleep 100000');
    rows.push(await command('docker exec CONTAINER true', 'docker exec bench true'));
    rows.push({ name: 'memory in use, daemon idle', unit: 'MB', value: idleMegabytes });
    return { title: `${name} ${version}`, rows };
  } finally {
    await contender.close();
  }
}

/** What the kernel could not give to a new program. */
async function usedMegabytes({ run }: Contender): Promise<number> {
  const memory = await run('cat /proc/meminfo');
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(memory)?.[1]) * 1024;
  return (bytes('MemTotal') - bytes('MemAvailable')) / 1e6;
}

/** A table: both, and how many times more the peer takes. */
export function formatComparison(ours: Measured, peer: Measured): string {
  const lines = ours.rows.map(({ name, unit, value }, index) => {
    const other = peer.rows[index]?.value ?? NaN;
    return columns(name, `${round(value)} ${unit}`, `${round(other)} ${unit}`, `x${round(other / value)}`);
  });
  return [columns('', ours.title, peer.title, 'ratio'), ...lines].join('\n');
}

function columns(name: string, ...values: readonly string[]): string {
  return name.padEnd(44) + values.map((value) => value.padStart(24)).join('');
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}
