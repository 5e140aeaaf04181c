// Lists of processors and memory nodes, as in `--cpuset-cpus 0-2,4`: their form, and whether the host has them.

/** Docker's bound, so that a range cannot fill its memory. */
const MAX_NUMBER = 8192;

/**
 * @param available the host has the numbers below it
 * @returns Docker's words for what is wrong
 */
export function cpusetProblem(name: string, what: string, value: string, available: number): string | undefined {
  if (value === '') return undefined;
  const invalid = (why: string): string => `Invalid value ${value} for cpuset ${name}: ${why}`;
  let highest = 0;
  for (const part of value.split(',')) {
    const range = /^\+?(\d+)(?:-\+?(\d+))?$/.exec(part);
    const [first, last] = [Number(range?.[1]), Number(range?.[2] ?? range?.[1])];
    if (range === null || last < first) return invalid(`invalid format: ${value}`);
    if (last > MAX_NUMBER) return invalid(`value of out range, maximum is ${MAX_NUMBER}`);
    highest = Math.max(highest, last);
  }
  if (highest < available) return undefined;
  return `Requested ${what} are not available - requested ${value}, available: ${available === 1 ? '0' : `0-${available - 1}`}`;
}
