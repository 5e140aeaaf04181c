// Which of an image's variants the guest can run. The emulator is a 32-bit x86.
import { DrydockError } from '../../contracts/errors.ts';
import type { ManifestIndex } from './manifest.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

export const GUEST_PLATFORM: Platform = { os: 'linux', architecture: '386' };

const ALIASES: Readonly<Record<string, readonly [architecture: string, variant?: string]>> = {
  i386: ['386'],
  x86_64: ['amd64'],
  'x86-64': ['amd64'],
  aarch64: ['arm64'],
  armhf: ['arm', 'v7'],
  armel: ['arm', 'v6'],
};
const SYSTEMS = new Set(['linux', 'windows', 'darwin', 'freebsd', 'wasi']);
const ARCHITECTURES = new Set([
  '386',
  'amd64',
  'arm',
  'arm64',
  'loong64',
  'mips64le',
  'ppc64le',
  'riscv64',
  's390x',
  'wasm',
]);

/**
 * `os/architecture[/variant]`, or one of them with the guest's for the rest, as `--platform` takes it.
 * @throws DrydockError `invalid-argument`
 */
export function parsePlatform(text: string): Platform {
  const parts = text.toLowerCase().split('/');
  const [first = '', second, variant] = parts;
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9_.-]+$/.test(part))) {
    throw new DrydockError(
      'invalid-argument',
      `"${text}" is an invalid OS component of "${text}": OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.-]*)\\\\))?$": invalid argument`,
    );
  }
  if (second === undefined) {
    if (SYSTEMS.has(first)) return { os: first, architecture: GUEST_PLATFORM.architecture };
    const [architecture, implied] = ALIASES[first] ?? [first];
    if (!ARCHITECTURES.has(architecture)) {
      throw new DrydockError(
        'invalid-argument',
        `"${text}": unknown operating system or architecture: invalid argument`,
      );
    }
    return { os: GUEST_PLATFORM.os, architecture, ...(implied !== undefined && { variant: implied }) };
  }
  const [architecture, implied] = ALIASES[second] ?? [second];
  const chosen = variant ?? implied;
  return { os: first, architecture, ...(chosen !== undefined && { variant: chosen }) };
}

export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant]
    .filter((part) => part !== undefined && part !== '')
    .join('/');
}

/** A variant counts only when both sides name one: older images name none. */
export function platformMatches(wanted: Platform, offered: Platform): boolean {
  return (
    wanted.os === offered.os &&
    wanted.architecture === offered.architecture &&
    (!wanted.variant || !offered.variant || wanted.variant === offered.variant)
  );
}

/** @throws DrydockError `not-found` with Docker's text */
export function selectManifest(index: ManifestIndex, wanted: Platform): ManifestIndex['manifests'][number] {
  const match = index.manifests.find(
    (entry) => entry.platform !== undefined && platformMatches(wanted, entry.platform),
  );
  if (match !== undefined) return match;
  const offered = offeredPlatforms(index);
  const only = offered.length === 0 ? 'no platform' : `only ${offered.join(', ')}`;
  const advice = platformMatches(GUEST_PLATFORM, wanted)
    ? '. This machine runs nothing else: look for another tag or image that has it'
    : '';
  // Docker's words; what there is instead saves a search.
  throw new DrydockError(
    'not-found',
    `no matching manifest for ${formatPlatform(wanted)} in the manifest list entries: the image has ${only}${advice}`,
  );
}

/** What an image is made for, each once. */
export function offeredPlatforms({ manifests }: ManifestIndex): string[] {
  // Attestations are listed beside the images, for the platform "unknown/unknown".
  const offered = manifests.flatMap(({ platform }) =>
    platform === undefined || platform.os === 'unknown' ? [] : [formatPlatform(platform)],
  );
  return [...new Set(offered)].sort();
}
