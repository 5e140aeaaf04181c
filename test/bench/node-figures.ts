// Figures of the engine in Node: the command's whole process, and commands in one guest's shell.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { scriptShell } from '../../src/compose/shell.ts';
import type { Drydock } from '../../src/compose/create-drydock.ts';
import { PROJECT_DIRECTORY } from '../../src/node/paths.ts';
import { startDrydock } from '../../src/node/start-drydock.ts';
import { readSamples, timingScript } from './guest-timing.ts';
import type { Figure } from './statistics.ts';

const RUNS = 25;

export async function nodeFigures(): Promise<Figure[]> {
  const drydock = await startDrydock();
  try {
    await bash(drydock, 'docker pull -q busybox && docker run -d --name bench-exec busybox sleep 100000');
    const inShell = async (command: string) => readSamples(await bash(drydock, timingScript(command, RUNS)));
    return [
      {
        name: 'docker run --rm busybox echo hi (Node)',
        unit: 'ms',
        budget: 150,
        samples: await inShell('docker run --rm busybox echo hi'),
      },
      { name: 'docker ps (Node)', unit: 'ms', budget: 50, samples: await inShell('docker ps') },
      { name: 'docker images (Node)', unit: 'ms', budget: 50, samples: await inShell('docker images') },
      {
        name: 'docker exec c true (Node)',
        unit: 'ms',
        budget: 60,
        samples: await inShell('docker exec bench-exec true'),
      },
      { name: 'drydock sh -c true, whole process', unit: 'ms', budget: 1500, samples: await wholeProcess(7) },
    ];
  } finally {
    await drydock.close();
  }
}

/** @throws when the script fails, with what it printed */
async function bash(drydock: Drydock, script: string): Promise<string> {
  const task = await drydock.machine.runtime.spawn(scriptShell(script, [], 'bench'));
  await task.stdin.close();
  const [output, errors, { exitCode }] = await Promise.all([text(task.stdout), text(task.stderr), task.exited]);
  if (exitCode !== 0) throw new Error(`The guest's script ended with ${exitCode}: ${output}${errors}`);
  return output;
}

function text(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
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
