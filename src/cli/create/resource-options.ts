// Limits that are more than a number: ulimits, rates of block devices, GPUs.
import { parseByteSize } from '../flags/byte-size.ts';
import { parseCsv } from '../flags/csv.ts';
import type { Flag, FlagExtras } from '../flags/flag.ts';
import { NumberError, parseGoInt, parseGoUint } from '../flags/go-number.ts';
import { cut } from '../flags/list-flags.ts';

export interface Ulimit {
  readonly Name: string;
  readonly Hard: number;
  readonly Soft: number;
}

const ULIMITS = 'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(
  ' ',
);

function parseUlimit(text: string): Ulimit {
  const [name, limits] = cut(text, '=');
  if (limits === undefined) throw new Error(`invalid ulimit argument: ${text}`);
  if (!ULIMITS.includes(name)) throw new Error(`invalid ulimit type: ${name}`);
  const parts = limits.split(':');
  if (parts.length > 2)
    throw new Error(`too many limit value arguments - ${limits}, can only have up to two, \`soft[:hard]\``);
  const hard = parts[1] === undefined ? undefined : parseGoInt(parts[1], 10);
  const soft = parseGoInt(parts[0] ?? '', 10);
  const limit = hard ?? soft;
  if (limit !== -1) {
    const problem = 'ulimit soft limit must be less than or equal to hard limit';
    if (soft === -1) throw new Error(`${problem}: soft: -1 (unlimited), hard: ${limit}`);
    if (soft > limit) throw new Error(`${problem}: ${soft} > ${limit}`);
  }
  return { Name: name, Hard: limit, Soft: soft };
}

/** The last one of a name wins; the daemon gets them sorted. */
export function ulimitFlag(usage: string): Flag<readonly Ulimit[]> {
  return {
    type: 'ulimit',
    usage,
    initial: [],
    defaultText: '[]',
    set: (list, text) => {
      const limit = parseUlimit(text);
      return [...list.filter(({ Name }) => Name !== limit.Name), limit].sort((a, b) => (a.Name < b.Name ? -1 : 1));
    },
  };
}

function devicePath(text: string): [string, string] {
  const [path, value] = cut(text, ':');
  if (value === undefined || path === '') throw new Error(`bad format: ${text}`);
  if (!path.startsWith('/dev/')) throw new Error(`bad format for device path: ${text}`);
  return [path, value];
}

export interface DeviceRate {
  readonly Path: string;
  readonly Rate: number;
}

/** `/dev/sda:1mb`, bytes a second. */
export function parseByteRate(text: string): DeviceRate {
  const [Path, value] = devicePath(text);
  try {
    return { Path, Rate: parseByteSize(value) };
  } catch {
    throw new Error(
      `invalid rate for device: ${text}. The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb`,
    );
  }
}

/** `/dev/sda:100`, operations a second. */
export function parseOperationRate(text: string): DeviceRate {
  const [Path, value] = devicePath(text);
  try {
    return { Path, Rate: parseGoUint(value, 10) };
  } catch {
    throw new Error(
      `invalid rate for device: ${text}. The correct format is <device-path>:<number>. Number must be a positive integer`,
    );
  }
}

export interface DeviceWeight {
  readonly Path: string;
  readonly Weight: number;
}

export function parseDeviceWeight(text: string): DeviceWeight {
  const [Path, value] = devicePath(text);
  const Weight = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(Weight === 0 || (Weight >= 10 && Weight <= 1000))) throw new Error(`invalid weight for device: ${text}`);
  return { Path, Weight };
}

export interface DeviceRequest {
  readonly Driver: string;
  readonly Count: number;
  readonly DeviceIDs: readonly string[] | null;
  readonly Capabilities: readonly (readonly string[])[] | null;
  readonly Options: Readonly<Record<string, string>> | null;
}

function parseCount(text: string): number {
  if (text === 'all') return -1;
  try {
    return parseGoInt(text, 10);
  } catch (error) {
    const reason = error instanceof NumberError ? error.reason : 'invalid syntax';
    throw new Error(`invalid count (${text}): value must be either "all" or an integer: ${reason}`, { cause: error });
  }
}

function parseGpuRequest(text: string): DeviceRequest {
  let Driver = '';
  let Count: number | undefined;
  let DeviceIDs: readonly string[] | null = null;
  let Capabilities: readonly (readonly string[])[] = [['gpu']];
  let Options: Readonly<Record<string, string>> = {};
  const seen = new Set<string>();
  for (const field of parseCsv(text)) {
    const [key, value] = cut(field, '=');
    if (seen.has(key)) throw new Error(`gpu request key '${key}' can be specified only once`);
    seen.add(key);
    if (value === undefined) Count = parseCount(key);
    else if (key === 'driver') Driver = value;
    else if (key === 'count') Count = parseCount(value);
    else if (key === 'device') DeviceIDs = value.split(',');
    else if (key === 'capabilities') Capabilities = [[...value.split(','), 'gpu']];
    else if (key === 'options')
      Options = Object.fromEntries(parseCsv(value).map((pair) => [cut(pair, '=')[0], cut(pair, '=')[1] ?? '']));
    else throw new Error(`unexpected key '${key}' in '${field}'`);
  }
  return { Driver, Count: Count ?? (DeviceIDs === null ? 1 : 0), DeviceIDs, Capabilities, Options };
}

export function gpusFlag(usage: string, extras: FlagExtras = {}): Flag<readonly DeviceRequest[]> {
  return {
    type: 'gpu-request',
    usage,
    initial: [],
    defaultText: '',
    set: (list, text) => [...list, parseGpuRequest(text)],
    ...extras,
  };
}
