// "Up About a minute": the daemon, not the client, writes these words into `Status`.
import type { ContainerState } from './container-state.ts';

const DAY_HOURS = 24;
const WEEK_HOURS = 7 * DAY_HOURS;
const MONTH_HOURS = 30 * DAY_HOURS;
const YEAR_HOURS = 365 * DAY_HOURS;

export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(seconds / 3600);
  if (hours === 1) return 'About an hour';
  if (hours < 2 * DAY_HOURS) return `${hours} hours`;
  if (hours < 2 * WEEK_HOURS) return `${Math.floor(hours / DAY_HOURS)} days`;
  if (hours < 2 * MONTH_HOURS) return `${Math.floor(hours / WEEK_HOURS)} weeks`;
  if (hours < 2 * YEAR_HOURS) return `${Math.floor(hours / MONTH_HOURS)} months`;
  return `${Math.floor(seconds / 3600 / YEAR_HOURS)} years`;
}

/** `Status` of `GET /containers/json`. */
export function statusText(state: ContainerState, nowMs: number): string {
  const up = humanDuration(nowMs - (state.startedAtMs ?? nowMs));
  const ended = humanDuration(nowMs - (state.finishedAtMs ?? nowMs));
  switch (state.name) {
    case 'running':
      return state.health === undefined ? `Up ${up}` : `Up ${up} (${state.health.words})`;
    case 'paused':
      return `Up ${up} (Paused)`;
    case 'restarting':
      return `Restarting (${state.exitCode}) ${ended} ago`;
    case 'removing':
      return 'Removal In Progress';
    case 'dead':
      return 'Dead';
    case 'created':
      return 'Created';
    case 'exited':
      return state.finishedAtMs === undefined ? '' : `Exited (${state.exitCode}) ${ended} ago`;
  }
}
