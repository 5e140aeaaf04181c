// `--device /dev/a[:/dev/b][:rwm]`.
import { CliError } from '../cli-error.ts';
import { absolutePath } from './volume-option.ts';

export interface DeviceMapping {
  readonly PathOnHost: string;
  readonly PathInContainer: string;
  readonly CgroupPermissions: string;
}

function isMode(text: string): boolean {
  return text !== '' && /^[rwm]+$/.test(text) && new Set(text).size === text.length;
}

const clean = (path: string) => (path.startsWith('/') ? absolutePath('/', path) : path);

/** Names of the container device interface, `vendor.com/class=name`, are not paths. */
export function isCdiDevice(text: string): boolean {
  return /^[A-Za-z][\w.-]*[A-Za-z0-9]\/[A-Za-z][\w-]*=[A-Za-z0-9][\w.:-]*$/.test(text);
}

/** @throws CliError in Docker's words */
export function parseDevice(text: string): DeviceMapping {
  const parts = text.split(':');
  const [source = '', second, third] = parts;
  if (parts.length > 3 || source === '') throw new CliError(`bad format for path: ${text}`);
  if (third !== undefined && !isMode(third)) throw new CliError(`bad mode specified: ${third}`);
  const secondIsMode = third === undefined && second !== undefined && isMode(second);
  const target = second === undefined || secondIsMode ? source : second;
  if (!target.startsWith('/')) throw new CliError(`${target} is not an absolute path`);
  const host = second === undefined || secondIsMode ? clean(source) : source;
  return {
    PathOnHost: host,
    PathInContainer: third === undefined ? clean(target) : target === '' ? host : target,
    CgroupPermissions: third ?? (secondIsMode ? second : 'rwm'),
  };
}
