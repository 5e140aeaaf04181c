// `--health-*`: what the daemon runs to know whether the container is well.
import { CliError } from '../cli-error.ts';

export interface HealthOptions {
  readonly 'health-cmd': string;
  readonly 'health-interval': number;
  readonly 'health-timeout': number;
  readonly 'health-retries': number;
  readonly 'health-start-period': number;
  readonly 'health-start-interval': number;
  readonly 'no-healthcheck': boolean;
}

const NUMBERS = [
  ['health-interval', 'Interval'],
  ['health-timeout', 'Timeout'],
  ['health-start-period', 'StartPeriod'],
  ['health-start-interval', 'StartInterval'],
  ['health-retries', 'Retries'],
] as const;

/** Docker looks for negative values in this order. */
const CHECKS = [
  'health-interval',
  'health-timeout',
  'health-retries',
  'health-start-period',
  'health-start-interval',
] as const;

/** Times in nanoseconds. Undefined when no flag says anything. @throws CliError in Docker's words */
export function healthConfig(options: HealthOptions): Record<string, unknown> | undefined {
  const given = options['health-cmd'] !== '' || NUMBERS.some(([flag]) => options[flag] !== 0);
  if (options['no-healthcheck']) {
    if (given) throw new CliError('--no-healthcheck conflicts with --health-* options');
    return { Test: ['NONE'] };
  }
  if (!given) return undefined;
  const negative = CHECKS.find((flag) => options[flag] < 0);
  if (negative !== undefined) throw new CliError(`--${negative} cannot be negative`);
  return {
    ...(options['health-cmd'] === '' ? {} : { Test: ['CMD-SHELL', options['health-cmd']] }),
    ...Object.fromEntries(NUMBERS.filter(([flag]) => options[flag] !== 0).map(([flag, name]) => [name, options[flag]])),
  };
}
