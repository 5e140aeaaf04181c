// How many arguments a command takes, and Docker's words (typing slips included) for too few or too many.
import { CliError } from './cli-error.ts';

export interface ArgumentRule {
  readonly min: number;
  readonly max: number;
}

export const noArguments: ArgumentRule = { min: 0, max: 0 };
export const exactly = (count: number): ArgumentRule => ({ min: count, max: count });
export const atLeast = (count: number): ArgumentRule => ({ min: count, max: Number.POSITIVE_INFINITY });
export const atMost = (count: number): ArgumentRule => ({ min: 0, max: count });
export const between = (min: number, max: number): ArgumentRule => ({ min, max });

/** @throws CliError with exit code 1 */
export function checkArguments(rule: ArgumentRule, count: number, path: string, usageLine: string): void {
  if (count >= rule.min && count <= rule.max) return;
  const plural = (number: number) => `${number} argument${number === 1 ? '' : 's'}`;
  let problem = `requires ${plural(rule.min)}`;
  let hint = 'Run';
  if (rule.max === 0) problem = 'accepts no arguments';
  else if (rule.max === Number.POSITIVE_INFINITY) [problem, hint] = [`requires at least ${plural(rule.min)}`, 'See'];
  else if (rule.min > 0 && rule.min < rule.max)
    problem = `requires at least ${rule.min} and at most ${plural(rule.max)}`;
  else if (rule.min === 0) [problem, hint] = [`requires at most ${plural(rule.max)}`, 'SRun'];
  else if (rule.min !== rule.max) problem = `requires at least ${rule.min} and at most ${plural(rule.max)}`;
  throw new CliError(
    `docker: '${path}' ${problem}\n\nUsage:  ${usageLine}\n\n${hint} '${path} --help' for more information`,
  );
}
