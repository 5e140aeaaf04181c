// Configs of images from before there were digests: each layer's folder has one, for the image that ends with it. Docker makes
// of it what images have today, and the image's ID is the digest of that (moby: image/v1/imagev1.go).
import type { Digest } from '../../../contracts/blob-store.ts';
import { htmlSafeJson } from '../../../shared/go-json.ts';

export type LegacyJson = Readonly<Record<string, unknown>>;

export interface LegacyHistory {
  readonly created?: string;
  readonly author?: string;
  readonly created_by?: string;
  readonly comment?: string;
}

/** Older ones wrote fields that nobody reads any more. */
const FIRST_CLEAN_VERSION = [1, 8, 3];
const DROPPED = ['id', 'parent', 'Size', 'parent_id', 'layer_id', 'throwaway', 'rootfs', 'history'];

export function legacyHistory(image: LegacyJson): LegacyHistory {
  const { created, author, comment, container_config: container } = image;
  const command = textsIn(recordOf(container)?.['Cmd'])?.join(' ') ?? '';
  return {
    ...(typeof created === 'string' && { created: goTime(created) }),
    ...(text(author) !== '' && { author: text(author) }),
    ...(command !== '' && { created_by: command }),
    ...(text(comment) !== '' && { comment: text(comment) }),
  };
}

/** The config's bytes as Docker writes them: its members sorted by name. */
export function legacyConfig(
  image: LegacyJson,
  diffIds: readonly Digest[],
  history: readonly LegacyHistory[],
): Uint8Array<ArrayBuffer> {
  const kept = Object.entries(isOld(text(image['docker_version'])) ? legacyImage(image) : image).filter(
    ([name]) => !DROPPED.includes(name),
  );
  const members = [...kept, ['rootfs', { type: 'layers', diff_ids: diffIds }] as const, ['history', history] as const];
  return new TextEncoder().encode(htmlSafeJson(JSON.stringify(sortedRecord(members))));
}

function isOld(version: string): boolean {
  const parts = version.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : 0));
  for (const [index, least] of FIRST_CLEAN_VERSION.entries()) {
    const own = parts[index] ?? 0;
    if (own !== least) return own < least;
  }
  return false;
}

/** With the members that Go's type has (image.V1Image), in its order, and with its omissions. */
export function legacyImage(image: LegacyJson): LegacyJson {
  const { created } = image;
  const config = recordOf(image['config']);
  const named = (...names: readonly string[]) =>
    Object.fromEntries(names.filter((name) => text(image[name]) !== '').map((name) => [name, text(image[name])]));
  return {
    ...named('comment'),
    created: typeof created === 'string' ? goTime(created) : null,
    ...named('container'),
    container_config: runConfig(recordOf(image['container_config']) ?? {}),
    ...named('docker_version', 'author'),
    ...(config !== undefined && { config: runConfig(config) }),
    ...named('architecture', 'variant', 'os'),
  };
}

/** As container.Config. */
function runConfig(from: LegacyJson): LegacyJson {
  const is = (name: string): boolean => from[name] === true;
  const health = recordOf(from['Healthcheck']);
  const map = (name: string): unknown => {
    const record = recordOf(from[name]);
    return record === undefined ? null : sortedRecord(Object.entries(record));
  };
  return {
    Hostname: text(from['Hostname']),
    Domainname: text(from['Domainname']),
    User: text(from['User']),
    AttachStdin: is('AttachStdin'),
    AttachStdout: is('AttachStdout'),
    AttachStderr: is('AttachStderr'),
    ...(Object.keys(recordOf(from['ExposedPorts']) ?? {}).length > 0 && { ExposedPorts: map('ExposedPorts') }),
    Tty: is('Tty'),
    OpenStdin: is('OpenStdin'),
    StdinOnce: is('StdinOnce'),
    Env: textsIn(from['Env']) ?? null,
    Cmd: textsIn(from['Cmd']) ?? null,
    ...(health !== undefined && { Healthcheck: healthcheck(health) }),
    ...(is('ArgsEscaped') && { ArgsEscaped: true }),
    Image: text(from['Image']),
    Volumes: map('Volumes'),
    WorkingDir: text(from['WorkingDir']),
    Entrypoint: textsIn(from['Entrypoint']) ?? null,
    ...(is('NetworkDisabled') && { NetworkDisabled: true }),
    ...(text(from['MacAddress']) !== '' && { MacAddress: text(from['MacAddress']) }),
    OnBuild: textsIn(from['OnBuild']) ?? null,
    Labels: map('Labels'),
    ...(text(from['StopSignal']) !== '' && { StopSignal: text(from['StopSignal']) }),
    ...(typeof from['StopTimeout'] === 'number' && { StopTimeout: from['StopTimeout'] }),
    ...((textsIn(from['Shell']) ?? []).length > 0 && { Shell: textsIn(from['Shell']) }),
  };
}

function healthcheck(from: LegacyJson): LegacyJson {
  const names = ['Test', 'Interval', 'Timeout', 'StartPeriod', 'StartInterval', 'Retries'];
  return Object.fromEntries(names.filter((name) => Boolean(from[name])).map((name) => [name, from[name]]));
}

export function sortedRecord(members: readonly (readonly [string, unknown])[]): LegacyJson {
  return Object.fromEntries([...members].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Go reads a command that is one text as a list of one. */
function textsIn(value: unknown): string[] | undefined {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.map(String) : undefined;
}

/** RFC 3339 as Go writes it: without zeros at the end of its fraction. */
function goTime(time: string): string {
  return time.replace(/(\.\d*?)0+(?=[Zz+-])/, '$1').replace(/\.(?=[Zz+-])/, '');
}

export function recordOf(value: unknown): LegacyJson | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as LegacyJson) : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
