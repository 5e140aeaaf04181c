// Times commands where a learner types them: in the guest's shell, by the guest's own clock.

/**
 * "Warm" means that the emulator has compiled what a command runs through, and the JavaScript engine has optimised that: after a
 * restore a container's first runs are several times slower, and about a hundred pass before the times settle (docs/measurements.md).
 */
const WARM_UP_RUNS = 100;

/** A bash script that runs `command` `runs` times after the warm-up and prints each duration in microseconds. */
export function timingScript(command: string, runs: number, warmUpRuns = WARM_UP_RUNS): string {
  return [
    `for _ in $(seq ${warmUpRuns}); do ${command} >/dev/null; done`,
    `for _ in $(seq ${runs}); do`,
    '  start=${EPOCHREALTIME/./}',
    `  ${command} >/dev/null`,
    '  echo "sample $((${EPOCHREALTIME/./} - start))"',
    'done',
  ].join('\n');
}

/** @returns milliseconds */
export function readSamples(output: string): number[] {
  const samples = [...output.matchAll(/^sample (\d+)\s*$/gm)].map((match) => Number(match[1]) / 1000);
  if (samples.length === 0) throw new Error(`Cannot find a sample in the output: ${output.slice(0, 400)}`);
  return samples;
}
