// Figures of the engine in Node: the command's whole process, and commands in one guest's shell.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_DIRECTORY } from '../../src/node/paths.ts';
import { startDrydock } from '../../src/node/start-drydock.ts';
import { bash } from './guest-shell.ts';
import { readSamples, timingScript } from './guest-timing.ts';
import type { Figure } from './statistics.ts';
import { fastestStretch } from './stretches.ts';

const RUNS = 25;
const STRETCHES = 8;

export async function nodeFigures(): Promise<Figure[]> {
  const drydock = await startDrydock();
  try {
    await bash(drydock, 'docker pull -q busybox && docker run -d --name bench-exec busybox sleep 100000');
    const inShell = async (command: string) => {
      // The warm-up belongs to no stretch.
      await bash(drydock, timingScript(command, 0));
      return fastestStretch(STRETCHES, async () => readSamples(await bash(drydock, timingScript(command, RUNS, 0))));
    };
    return [
      {
        name: 'docker run --rm busybox echo hi (Node)',
        unit: 'ms',
        budget: 150,
        ...(await inShell('docker run --rm busybox echo hi')),
      },
      { name: 'docker ps (Node)', unit: 'ms', budget: 50, ...(await inShell('docker ps')) },
      { name: 'docker images (Node)', unit: 'ms', budget: 50, ...(await inShell('docker images')) },
      {
        name: 'docker exec c true (Node)',
        unit: 'ms',
        budget: 60,
        ...(await inShell('docker exec bench-exec true')),
      },
      {
        name: 'drydock sh -c true, whole process',
        unit: 'ms',
        budget: 1500,
        ...(await fastestStretch(3, () => wholeProcess(7))),
      },
    ];
  } finally {
    await drydock.close();
  }
}

async function wholeProcess(runs: number): Promise<number[]> {
  const samples: number[] = [];
  for (let run = -1; run < runs; run++) {
    const start = performance.now();
    await new Promise<void>((resolve, reject) => {
      const child = spawn(join(PROJECT_DIRECTORY, 'bin/drydock'), ['sh', '-c', 'true'], { stdio: 'ignore' });
      child.on('error', reject);
      child.on('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`drydock sh -c true ended with ${code}`)),
      );
    });
    if (run >= 0) samples.push(performance.now() - start);
  }
  return samples;
}
