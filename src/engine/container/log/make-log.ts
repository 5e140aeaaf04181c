// A container's log as its HostConfig asks for it. Wrong options are told at the start, as Docker does, not before.
import { DrydockError } from '../../../contracts/errors.ts';
import type { HostFiles } from '../../../contracts/runtime.ts';
import type { Clock } from '../../clock.ts';
import { randomId } from '../../random.ts';
import type { RandomBytes } from '../../random.ts';
import type { Container } from '../container.ts';
import type { HostConfig } from '../create-request.ts';
import { commandOf } from '../merge-image-config.ts';
import { ContainerLog } from './container-log.ts';
import { logAttributes } from './log-attributes.ts';
import { logSettings } from './log-driver.ts';
import type { LogSettings } from './log-driver.ts';

export interface MakeLogRequest {
  readonly id: string;
  /** The container's own. */
  readonly directory: string;
  readonly logConfig: HostConfig['LogConfig'];
}

export interface MakeLogDeps {
  readonly runtime: { readonly files: HostFiles };
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: (line: string) => void;
}

/** Continues the files that are there. */
export function makeLog(deps: MakeLogDeps, { id, directory, logConfig }: MakeLogRequest): ContainerLog {
  return new ContainerLog({
    clock: deps.clock,
    files: deps.runtime.files,
    directory,
    id,
    newId: () => randomId(deps.randomBytes),
    settings: settingsOrNone(logConfig),
    report: deps.log,
  });
}

/** Before a run. @throws DrydockError `internal` in Docker's words for options that the driver does not take */
export function prepareLog({ id, name, image, config, hostConfig, log }: Container): void {
  const { Type = '', Config: options = {} } = hostConfig.LogConfig ?? {};
  try {
    logSettings(Type, options);
    log.attributes = logAttributes(options, {
      id,
      name,
      imageId: image.id,
      imageName: config.Image,
      command: commandOf(config),
      env: config.Env,
      labels: config.Labels,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const what = 'failed to create task for container: failed to initialize logging driver';
    throw new DrydockError('internal', `${what}: ${reason}`, { cause });
  }
}

function settingsOrNone(logConfig: HostConfig['LogConfig']): LogSettings | undefined {
  try {
    return logSettings(logConfig?.Type ?? 'json-file', logConfig?.Config ?? {});
  } catch {
    // The start refuses them.
    return undefined;
  }
}
