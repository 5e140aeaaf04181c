// Shows the progress of a pull: a line for each layer that is rewritten in place on a terminal, plain lines elsewhere.
import type { TextSink } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { humanSize } from '../format/human-size.ts';
import { textLines } from './json-lines.ts';

interface ProgressDetail {
  readonly current?: number;
  readonly total?: number;
  readonly start?: number;
  readonly hidecounts?: boolean;
  readonly units?: string;
}

interface ProgressMessage {
  readonly id?: string;
  readonly status?: string;
  readonly stream?: string;
  readonly from?: string;
  readonly progressDetail?: ProgressDetail | null;
  readonly progress?: string;
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
  readonly aux?: unknown;
}

export interface ProgressScreen {
  readonly isTerminal: boolean;
  /** Undefined without a terminal. */
  readonly columns: number | undefined;
}

const CLEAR_LINE = '\x1b[2K';
const BAR_WIDTH = 50;
/** Narrower terminals get no bar. */
const BAR_MIN_COLUMNS = 110;

/** `[=====>     ]  1.2MB/4.3MB`, or nothing while nothing is known. */
export function progressBar(detail: ProgressDetail, columns = 200): string {
  const { current = 0, total = 0, units = '' } = detail;
  if (current <= 0 && total <= 0) return '';
  if (total <= 0) return units === '' ? humanSize(current).padStart(8) : `${current} ${units}`;
  const half = Math.min(BAR_WIDTH, Math.trunc(Math.trunc((current / total) * 100) / 2));
  const bar = columns > BAR_MIN_COLUMNS ? `[${'='.repeat(half)}>${' '.repeat(BAR_WIDTH - half)}] ` : '';
  let numbers = '';
  if (detail.hidecounts !== true) {
    const shownTotal = current > total ? '' : units === '' ? `/${humanSize(total)}` : `/${total}`;
    numbers = units === '' ? humanSize(current).padStart(8) + shownTotal : `${current}${shownTotal} ${units}`;
  }
  return bar + numbers;
}

function messageText(message: ProgressMessage, screen: ProgressScreen): string {
  const detail = message.progressDetail ?? undefined;
  const bar = detail === undefined ? '' : progressBar(detail, screen.columns);
  const inPlace = screen.isTerminal && (message.stream ?? '') === '' && detail !== undefined;
  // Without a terminal only what is final is worth a line.
  if (!inPlace && detail !== undefined && bar !== '') return '';
  const id = message.id === undefined || message.id === '' ? '' : `${message.id}: `;
  const from = message.from === undefined ? '' : `(from ${message.from}) `;
  const end = inPlace ? '\r' : '';
  const start = inPlace ? `${CLEAR_LINE}\r` : '';
  const status = message.status ?? '';
  if (detail !== undefined && screen.isTerminal) return `${start}${id}${from}${status} ${bar}${end}`;
  if (message.progress !== undefined && message.progress !== '')
    return `${start}${id}${from}${status} ${message.progress}${end}`;
  if (message.stream !== undefined && message.stream !== '') return `${start}${id}${from}${message.stream}${end}`;
  return `${start}${id}${from}${status}${end}\n`;
}

/** @throws CliError with the daemon's words when the stream reports a failure */
export async function showProgress(
  source: ReadableStream<Uint8Array>,
  out: TextSink,
  screen: ProgressScreen,
  stop?: AbortSignal,
): Promise<void> {
  let lines = new Map<string, number>();
  for await (const text of textLines(source, stop)) {
    const message = JSON.parse(text) as ProgressMessage;
    if (message.aux !== undefined) continue;
    const id = message.id ?? '';
    let up = 0;
    let output = '';
    if (id !== '' && (message.progressDetail !== undefined || (message.progress ?? '') !== '')) {
      const known = lines.get(id);
      if (known === undefined) {
        lines.set(id, lines.size);
        if (screen.isTerminal) output += '\n';
      }
      up = lines.size - (known ?? lines.size - 1);
      if (screen.isTerminal) output += `\x1b[${up}A`;
    } else {
      // Anything else scrolls the lines away: later messages start new ones.
      lines = new Map();
    }
    const failed = message.errorDetail?.message ?? message.error;
    if (failed === undefined) output += messageText(message, screen);
    if (id !== '' && screen.isTerminal && up > 0) output += `\x1b[${up}B`;
    await out.write(output);
    if (failed !== undefined) throw new CliError(failed);
  }
}
