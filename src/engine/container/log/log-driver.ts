// `--log-driver` and `--log-opt`: what is refused at creation, and what a driver makes of its options at the start.
// Source: moby daemon/logger/factory.go, jsonfilelog.go, local/local.go.
import { DrydockError } from '../../../contracts/errors.ts';
import { goBoolean, goInteger, goSize } from '../../go-numbers.ts';
import { jsonCodec } from './json-codec.ts';
import { localCodec } from './local-codec.ts';
import type { LogCodec } from './log-entry.ts';

export type LogOptions = Readonly<Record<string, string>>;

export interface LogSettings {
  readonly codec: LogCodec;
  /** Below the container's directory; `<id>` is its id. */
  readonly file: string;
  /** When a file is this large, the next one begins. */
  readonly maxBytes: number;
  /** The current one included. */
  readonly maxFiles: number;
  readonly compress: boolean;
  /** `mode=non-blocking`: what may wait for the disk before output is dropped. Undefined: the container waits. */
  readonly dropsBeyondBytes: number | undefined;
}

const BUILT_IN = ['mode', 'max-buffer-size', 'cache-disabled', 'cache-max-file', 'cache-max-size', 'cache-compress'];
const KEYS: Readonly<Record<string, readonly string[]>> = {
  'json-file': ['max-file', 'max-size', 'compress', 'labels', 'labels-regex', 'env', 'env-regex', 'tag'],
  local: ['max-file', 'max-size', 'compress'],
};
const DEFAULT_BUFFER_BYTES = 1e6;
/**
 * Docker's json-file grows without end unless told otherwise. The guest's disk is its memory, so here it does not:
 * two files of this size.
 */
const UNLIMITED = { maxBytes: 8e6, maxFiles: 2 };
const LOCAL = { maxBytes: 20 * 1024 * 1024, maxFiles: 5 };

/** @throws DrydockError `invalid-argument` in Docker's words */
export function validateLogOptions(driver: string, options: LogOptions): void {
  if (driver === 'none') return;
  const { mode = '', 'max-buffer-size': bufferSize, 'cache-disabled': cacheDisabled = '' } = options;
  if (!['', 'blocking', 'non-blocking'].includes(mode)) throw refuse(`logger: logging mode not supported: ${mode}`);
  if (bufferSize !== undefined) {
    if (mode !== 'non-blocking') {
      throw refuse("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
    }
    wrapped('error parsing option max-buffer-size', () => goSize(bufferSize, 1024));
  }
  if (cacheDisabled !== '' && !isBoolean(cacheDisabled)) {
    throw refuse(`invalid value for option cache-disabled: ${cacheDisabled}`);
  }
  const keys = KEYS[driver];
  if (keys === undefined) throw refuse(`logger: no log driver named '${driver}' is registered`);
  const unknown = Object.keys(options).find((key) => !BUILT_IN.includes(key) && !keys.includes(key));
  if (unknown === undefined) return;
  const whose = driver === 'local' ? 'log driver local' : 'json-file log driver';
  throw refuse(`unknown log opt '${unknown}' for ${whose}`);
}

/** undefined for the driver `none`. @throws DrydockError in the driver's words */
export function logSettings(driver: string, options: LogOptions): LogSettings | undefined {
  if (driver === 'none') return undefined;
  const { 'max-buffer-size': bufferSize } = options;
  const dropsBeyondBytes =
    options['mode'] !== 'non-blocking'
      ? undefined
      : bufferSize === undefined
        ? DEFAULT_BUFFER_BYTES
        : goSize(bufferSize, 1024);
  return { ...(driver === 'local' ? localSettings(options) : jsonSettings(options)), dropsBeyondBytes };
}

type FileSettings = Omit<LogSettings, 'dropsBeyondBytes'>;

function jsonSettings({ 'max-size': size, 'max-file': files, compress: wish }: LogOptions): FileSettings {
  const maxBytes = size === undefined ? undefined : goSize(size, 1000);
  if (maxBytes !== undefined && maxBytes <= 0) throw refuse('max-size must be a positive number');
  const maxFiles = files === undefined ? 1 : goInteger(files);
  if (maxFiles < 1) throw refuse('max-file cannot be less than 1');
  const compress = wish !== undefined && goBoolean(wish);
  if (compress && (maxFiles === 1 || maxBytes === undefined)) {
    throw refuse('compress cannot be true when max-file is less than 2 or max-size is not set');
  }
  const limits = maxBytes === undefined ? UNLIMITED : { maxBytes, maxFiles };
  return { codec: jsonCodec, file: '<id>-json.log', ...limits, compress };
}

function localSettings({ 'max-size': size, 'max-file': files, compress: wish }: LogOptions): FileSettings {
  const maxBytes =
    size === undefined ? LOCAL.maxBytes : wrapped(`invalid value for max-size: ${size}`, () => goSize(size, 1000));
  const maxFiles =
    files === undefined ? LOCAL.maxFiles : wrapped(`invalid value for max-file: ${files}`, () => goInteger(files));
  const compress = wish === undefined || wrapped('error reading compress log option', () => goBoolean(wish));
  if (maxFiles < 0) throw refuse('max file count cannot be less than 0');
  if (compress && maxFiles <= 1) throw refuse('compression cannot be enabled when max file count is 1');
  return { codec: localCodec, file: 'local-logs/container.log', maxBytes, maxFiles, compress };
}

function isBoolean(value: string): boolean {
  try {
    goBoolean(value);
    return true;
  } catch {
    return false;
  }
}

function wrapped<T>(prefix: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw refuse(`${prefix}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
