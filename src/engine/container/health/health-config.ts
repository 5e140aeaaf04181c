// HEALTHCHECK and `--health-*`: which command is asked how often. Durations are nanoseconds, as in the API.
import { z } from 'zod';
import { DrydockError } from '../../../contracts/errors.ts';
import type { Config } from '../create-request.ts';

const integer = z.number().int().nullish();

export const healthcheckSchema = z.looseObject({
  Test: z.array(z.string()).nullish(),
  Interval: integer,
  Timeout: integer,
  StartPeriod: integer,
  StartInterval: integer,
  Retries: integer,
});

export type Healthcheck = z.output<typeof healthcheckSchema>;

/** What a monitor needs, with Docker's defaults. */
export interface HealthPlan {
  readonly command: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly startPeriodMs: number;
  readonly startIntervalMs: number;
  readonly retries: number;
}

const NS_PER_MS = 1e6;
const DURATIONS = ['Interval', 'Timeout', 'StartPeriod', 'StartInterval'] as const;
const DEFAULT_SHELL = ['/bin/sh', '-c'];

/** @throws DrydockError `invalid-argument` in Docker's words */
export function validateHealthcheck(check: Config['Healthcheck']): void {
  if (check === null || check === undefined) return;
  const short = DURATIONS.find((name) => (check[name] || NS_PER_MS) < NS_PER_MS);
  if (short === 'Interval' || short === 'Timeout') throw refuse(`${short} in Healthcheck cannot be less than 1ms`);
  if ((check.Retries ?? 0) < 0) throw refuse('Retries in Healthcheck cannot be negative');
  if (short !== undefined) throw refuse(`${short} in Healthcheck cannot be less than 1ms`);
}

/** What the container leaves open comes from the image. */
export function mergeHealthcheck(own: Config['Healthcheck'], image: object | undefined): Config['Healthcheck'] {
  const base = image === undefined ? undefined : healthcheckSchema.safeParse(image).data;
  if (own === null || own === undefined) return base && given(base);
  const ownTest = (own.Test ?? []).length > 0;
  return { ...(base && given(base)), ...given(own), ...(base?.Test && !ownTest && { Test: base.Test }) };
}

// Docker leaves out what is zero.
function given(check: Healthcheck): Healthcheck {
  return Object.fromEntries(Object.entries(check).filter(([, value]) => Boolean(value)));
}

/** undefined when there is nothing to ask: no check, NONE, or a kind that Docker does not know. */
export function healthPlan({ Healthcheck: check, ['Shell']: shell }: Config): HealthPlan | undefined {
  const [kind, ...words] = check?.Test ?? [];
  const command = kind === 'CMD' ? words : kind === 'CMD-SHELL' ? [...shellOf(shell), ...words] : [];
  if (check === null || check === undefined || command.length === 0) return undefined;
  return {
    command,
    intervalMs: (check.Interval || 30e9) / NS_PER_MS,
    timeoutMs: (check.Timeout || 30e9) / NS_PER_MS,
    startPeriodMs: (check.StartPeriod ?? 0) / NS_PER_MS,
    startIntervalMs: (check.StartInterval || 5e9) / NS_PER_MS,
    retries: Math.max(0, check.Retries ?? 0) || 3,
  };
}

function shellOf(shell: unknown): string[] {
  return Array.isArray(shell) && shell.length > 0 ? shell.map(String) : DEFAULT_SHELL;
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
