// CPU time of the browsers this process started, all their processes together, from /proc.
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ is 100 on every Linux we run on (getconf CLK_TCK). */
const MS_PER_TICK = 10;

/** Milliseconds of user and system time used so far by all descendants of this process. */
export function browserCpuMs(): number {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
  const children = groupByParent(processes);
  const ticksBelow = (pid: number): number =>
    (children.get(pid) ?? []).reduce((sum, child) => sum + child.ticks + ticksBelow(child.pid), 0);
  return ticksBelow(process.pid) * MS_PER_TICK;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

function readProcess(pid: number): Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces and parentheses: fields are counted after its last one (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
  } catch {
    // It ended while we looked.
    return [];
  }
}

function groupByParent(processes: readonly Process[]): Map<number, Process[]> {
  const groups = new Map<number, Process[]>();
  for (const process of processes) groups.set(process.parent, [...(groups.get(process.parent) ?? []), process]);
  return groups;
}
