// What an image must be to stand in a manifest list (docker/cli: cli/command/manifest/push.go, util.go).
import { CliError } from '../cli-error.ts';
import type { ImageReference } from '../reference/image-reference.ts';
import { parseImageReference } from '../reference/image-reference.ts';
import type { ImageManifest, Platform } from './image-manifest.ts';

/** Those of Go's toolchain, as Docker knows them. */
const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  darwin: ['386', 'amd64', 'arm', 'arm64'],
  dragonfly: ['amd64'],
  freebsd: ['386', 'amd64', 'arm'],
  linux: ['386', 'amd64', 'arm', 'arm64', 'ppc64le', 'mips64', 'mips64le', 'riscv64', 's390x'],
  netbsd: ['386', 'amd64', 'arm'],
  openbsd: ['386', 'amd64', 'arm'],
  plan9: ['386', 'amd64'],
  solaris: ['amd64'],
  windows: ['386', 'amd64'],
};

export function isKnownPlatform({ os, architecture }: Platform): boolean {
  return Object.hasOwn(ARCHITECTURES, os) && (ARCHITECTURES[os]?.includes(architecture) ?? false);
}

/** `localhost:5000/team/app` in two. */
export function splitName({ name }: ImageReference): { readonly domain: string; readonly path: string } {
  const slash = name.indexOf('/');
  return { domain: name.slice(0, slash), path: name.slice(slash + 1) };
}

/** @throws CliError: a list names what lies beside it */
export function requireSameRegistry(list: ImageReference, manifest: ImageManifest): void {
  const [from, to] = [splitName(parseImageReference(manifest.ref)).domain, splitName(list).domain];
  if (from === to) return;
  throw new CliError(`cannot use source images from a different registry than the target image: ${from} != ${to}`);
}
