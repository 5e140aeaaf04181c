// The lines of Docker's JSON progress stream (`POST /images/create`): field names, their order and the throttling are what
// clients know from the daemon (jsonmessage.JSONMessage, progress.NewProgressReader).

/** A step of one layer, not yet tied to the name under which a pull shows it. */
export interface PullStep {
  readonly status: string;
  readonly progressDetail: { readonly current?: number; readonly total?: number };
}

export interface PullMessage {
  readonly status: string;
  readonly progressDetail?: PullStep['progressDetail'];
  /** The bar as text, for clients that draw none. */
  readonly progress?: string;
  /** A layer's first 12 digits, or the tag. */
  readonly id?: string;
}

const BAR_WIDTH = 50;
const UPDATE_EVERY_BYTES = 512 * 1024;
const UPDATE_EVERY_MS = 100;

export function stepMessage(id: string, { status, progressDetail }: PullStep): PullMessage {
  const { current = 0, total = 0 } = progressDetail;
  const progress = current > 0 || total > 0 ? { progress: progressBar(current, total) } : {};
  return { status, progressDetail, ...progress, id };
}

/** The first 12 digits, as Docker shows layers. */
export function shortId(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}

/** Reports a growing count of bytes often enough to be seen, and always its end. */
export function progressOf(status: string, total: number, report: (step: PullStep) => void): (current: number) => void {
  const everyBytes = Math.min(UPDATE_EVERY_BYTES, total > 0 ? total / 100 : UPDATE_EVERY_BYTES);
  let reported = 0;
  let reportedAtMs = Number.NEGATIVE_INFINITY;
  return (current) => {
    const nowMs = performance.now();
    const isEnd = current === total;
    if (!isEnd && (current - reported <= everyBytes || nowMs - reportedAtMs < UPDATE_EVERY_MS)) return;
    reported = current;
    reportedAtMs = nowMs;
    report({ status, progressDetail: { current, total } });
  };
}

function progressBar(current: number, total: number): string {
  if (total <= 0) return humanSize(current).padStart(8);
  const filled = Math.min(BAR_WIDTH, Math.floor(Math.floor((current / total) * 100) / 2));
  const numbers =
    current > total ? humanSize(current).padStart(8) : `${humanSize(current).padStart(8)}/${humanSize(total)}`;
  return `[${'='.repeat(filled)}>${' '.repeat(BAR_WIDTH - filled)}] ${numbers}`;
}

/** Four significant digits and powers of 1000. */
function humanSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${Number(value.toPrecision(4))}${units[unit]}`;
}
