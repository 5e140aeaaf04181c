// Memory of the tabs that this process's browsers have open, from /proc: their renderers' anonymous and shared pages. V8's heaps,
// array buffers, WebAssembly's memory (with it the guest's) and generated code are in it; files that are mapped are not.
import { readdirSync, readFileSync } from 'node:fs';

const SAMPLE_EVERY_MS = 10;

export interface PeakWatch {
  /** The most it was since the start; ends the watch. In MB. */
  stop(): number;
}

/** In MB, now. */
export function tabMemory(): number {
  return renderers().reduce((sum, pid) => sum + kilobytesOf(pid), 0) / 1000;
}

export function watchPeak(): PeakWatch {
  const pids = renderers();
  let peakKilobytes = 0;
  const sample = (): void => {
    peakKilobytes = Math.max(
      peakKilobytes,
      pids.reduce((sum, pid) => sum + kilobytesOf(pid), 0),
    );
  };
  sample();
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      sample();
      return peakKilobytes / 1000;
    },
  };
}

/** Below this process, however deep. */
function renderers(): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(pids.map((pid) => [pid, parentOf(pid)]));
  const isOurs = (pid: string): boolean => {
    for (let at = parents.get(pid); at !== undefined; at = parents.get(at)) {
      if (at === String(process.pid)) return true;
    }
    return false;
  };
  return pids.filter((pid) => isOurs(pid) && read(`/proc/${pid}/cmdline`).includes('--type=renderer')).map(Number);
}

function parentOf(pid: string): string | undefined {
  return /^PPid:\s+(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1];
}

/** proc(5): RssAnon and RssShmem, in units of 1024 bytes. */
function kilobytesOf(pid: number): number {
  const status = read(`/proc/${pid}/status`);
  const pages = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)];
  return pages.reduce((sum, [, kibibytes]) => sum + Number(kibibytes) * 1.024, 0);
}

/** Empty when the process ended while we looked. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
