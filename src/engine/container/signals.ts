// Signal names as Docker accepts them, with the numbers of Linux on x86 (signal(7)).
import { DrydockError } from '../../contracts/errors.ts';

export const SIGKILL = 9;
export const SIGTERM = 15;

const NAMES = (
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU ' +
  'XFSZ VTALRM PROF WINCH IO PWR SYS'
).split(' ');
const ALIASES: Readonly<Record<string, number>> = { CLD: 17, IOT: 6, POLL: 29 };
const RTMIN = 34;
const RTMAX = 64;

/**
 * `9`, `KILL`, `SIGKILL`, `RTMIN+3`.
 * @throws DrydockError `invalid-argument` in Docker's words
 */
export function parseSignal(value: string): number {
  if (/^[+-]?\d+$/.test(value)) {
    const number = Number(value);
    if (number === 0) throw new DrydockError('invalid-argument', `invalid signal: ${value}`);
    return number;
  }
  const signal = byName(value.toUpperCase().replace(/^SIG/, ''));
  if (signal === undefined) throw new DrydockError('invalid-argument', `invalid signal: ${value}`);
  return signal;
}

/** @throws DrydockError `invalid-argument` for a number that Linux does not have */
export function requireKnownSignal(signal: number): void {
  if ((signal >= 1 && signal <= NAMES.length) || (signal >= RTMIN && signal <= RTMAX)) return;
  throw new DrydockError('invalid-argument', `the linux daemon does not support signal ${signal}`);
}

function byName(name: string): number | undefined {
  const index = NAMES.indexOf(name);
  if (index >= 0) return index + 1;
  const realTime = /^RT(?:MIN(?:\+(\d{1,2}))?|MAX(?:-(\d{1,2}))?)$/.exec(name);
  if (realTime === null) return ALIASES[name];
  const number = name.startsWith('RTMIN') ? RTMIN + Number(realTime[1] ?? 0) : RTMAX - Number(realTime[2] ?? 0);
  return number >= RTMIN && number <= RTMAX ? number : undefined;
}
