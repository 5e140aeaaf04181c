// What the client left open comes from the image: `docker run`'s rules of CMD, ENTRYPOINT, ENV and the rest.
import { DrydockError } from '../../contracts/errors.ts';
import type { ImageRunConfig } from '../image/image.ts';
import type { Config } from './create-request.ts';
import { mergeHealthcheck } from './health/health-config.ts';

/** @throws DrydockError `invalid-argument` when there is no command at all */
export function mergeImageConfig(config: Config, image: ImageRunConfig): Config {
  const keepsEntrypoint = (config.Entrypoint ?? []).length === 0;
  const command = keepsEntrypoint && (config.Cmd ?? []).length === 0 ? (image.Cmd ?? null) : config.Cmd;
  const entrypoint = config.Entrypoint ?? image.Entrypoint ?? null;
  const merged: Config = {
    ...config,
    User: config.User || (image.User ?? ''),
    ExposedPorts: mergeSets(config.ExposedPorts, image.ExposedPorts),
    Env: mergeEnv(config.Env, image.Env ?? []),
    Labels: { ...image.Labels, ...config.Labels },
    Cmd: command === null ? null : [...command],
    // `--entrypoint ""` arrives as [""] and means none, not even the image's.
    Entrypoint: entrypoint === null || (entrypoint.length === 1 && entrypoint[0] === '') ? null : [...entrypoint],
    WorkingDir: config.WorkingDir || (image.WorkingDir ?? ''),
    Volumes: mergeSets(config.Volumes, image.Volumes),
    StopSignal: config.StopSignal || image.StopSignal,
    Healthcheck: mergeHealthcheck(config.Healthcheck, image.Healthcheck),
  };
  if ((merged.Entrypoint ?? []).length === 0 && (merged.Cmd ?? []).length === 0) {
    throw new DrydockError('invalid-argument', 'no command specified');
  }
  return merged;
}

/** As `mergeImageConfig`, for a config that need not have a command: what commit makes of a container's own and changes. */
export function mergeConfigs(own: Config, base: Config): Config {
  const ownEntrypoint = (own.Entrypoint ?? []).length > 0;
  const takesCommand = !ownEntrypoint && (own.Cmd ?? []).length === 0;
  return {
    ...own,
    User: own.User || base.User,
    ExposedPorts: mergeSets(own.ExposedPorts, base.ExposedPorts ?? undefined),
    Env: mergeEnv(own.Env, base.Env),
    Labels: { ...base.Labels, ...own.Labels },
    Cmd: takesCommand ? base.Cmd : own.Cmd,
    Entrypoint: own.Entrypoint ?? base.Entrypoint,
    WorkingDir: own.WorkingDir || base.WorkingDir,
    Volumes: mergeSets(own.Volumes, base.Volumes ?? undefined),
    StopSignal: own.StopSignal || base.StopSignal,
    Healthcheck: mergeHealthcheck(own.Healthcheck, base.Healthcheck ?? undefined),
  };
}

/** The whole command line: entrypoint, then command. */
export function commandOf(config: Config): string[] {
  return [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
}

function mergeEnv(own: readonly string[], image: readonly string[]): string[] {
  const names = new Set(own.map(nameOf));
  return [...own, ...image.filter((entry) => !names.has(nameOf(entry)))];
}

function nameOf(entry: string): string {
  return entry.split('=', 1)[0] ?? '';
}

function mergeSets(
  own: Readonly<Record<string, unknown>> | null | undefined,
  image: Readonly<Record<string, unknown>> | undefined,
): Record<string, unknown> | null {
  const merged = { ...image, ...own };
  return Object.keys(merged).length === 0 ? null : merged;
}
