// `npm run bench -- --profile COMMAND`: what the guest does while a command runs, by process and system call and by kernel function.
// v86 hands over after each turn of about a millisecond; that is the clock of the samples.
import { startDrydock } from '../../src/node/start-drydock.ts';
import { watchForCore } from './emulator-core.ts';
import { GuestKernel } from './guest-kernel.ts';
import { bash } from './guest-shell.ts';
import { guestKernelSymbols } from './kernel-symbols.ts';

const WARM_UP_RUNS = 40;
const RUNS = 200;
const ROWS = 40;

export async function profileCommand(command: string): Promise<void> {
  const symbols = await guestKernelSymbols();
  const started = watchForCore();
  const drydock = await startDrydock();
  const core = await started;
  const kernel = new GuestKernel(core.cpu, symbols);
  const work = new Map<string, number>();
  const functions = new Map<string, number>();
  let [samples, idle, instructions, last] = [0, 0, 0, 0];
  let watching = false;
  const handOver = core.yield;
  core.yield = (delayMs, turn) => {
    // The counter is 32 bits wide.
    const counted = core.cpu.instruction_counter[0] ?? 0;
    if (watching) {
      instructions += (counted - last) >>> 0;
      const moment = kernel.now();
      if (moment === undefined) idle++;
      else {
        samples++;
        count(work, `${moment.process}: ${moment.doing}`);
        if (moment.symbol !== undefined) count(functions, moment.symbol);
      }
    }
    last = counted;
    handOver(delayMs, turn);
  };
  try {
    await bash(drydock, 'docker pull -q busybox && docker run -d --name bench-exec busybox sleep 100000');
    const loop = (runs: number) => bash(drydock, `for _ in $(seq ${runs}); do ${command} >/dev/null; done`);
    await loop(WARM_UP_RUNS);
    const startMs = performance.now();
    watching = true;
    await loop(RUNS);
    watching = false;
    const [ms, millions] = [(performance.now() - startMs) / RUNS, instructions / RUNS / 1e6];
    const idlePercent = (100 * idle) / (samples + idle);
    console.log(
      `${command}: ${millions.toFixed(2)} M instructions, ${ms.toFixed(0)} ms, ${idlePercent.toFixed(1)} % idle`,
    );
    print('by process and system call', work, samples);
    print('by kernel function', functions, samples);
  } finally {
    await drydock.close();
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function print(title: string, counts: ReadonlyMap<string, number>, samples: number): void {
  console.log(`\n${title}, % of ${samples} samples`);
  const rows = [...counts].sort(([, one], [, other]) => other - one).slice(0, ROWS);
  for (const [key, value] of rows) console.log(`${((100 * value) / samples).toFixed(1).padStart(6)}  ${key}`);
}
