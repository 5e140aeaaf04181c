// What the build knows of a Debian package that it used: for manifest.json, which must let anyone find the sources.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from './file-tree.ts';
import { capture, run } from './run.ts';

export interface PackageRecord {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Source package and its version. */
  readonly source: string;
  /** File name and hexadecimal SHA-256 of the package as downloaded. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  /** SPDX-like names from a machine-readable copyright file, else where to read. */
  readonly licence: string;
}

/** Unpacks every .deb of `folder` into `tree`, except those named. Resolves with their records, sorted by name. */
export async function unpackDebs(
  folder: string,
  tree: string,
  without: ReadonlySet<string>,
  log: string,
): Promise<PackageRecord[]> {
  const records: PackageRecord[] = [];
  const unpacked: { path: string; name: string }[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.deb')).sort()) {
    const path = join(folder, file);
    const name = (await capture('dpkg-deb', ['-f', path, 'Package'])).trim();
    if (without.has(name)) continue;
    await run('dpkg-deb', ['-x', path, tree], { log });
    unpacked.push({ path, name });
  }
  for (const { path, name } of unpacked) {
    const fields = await capture('dpkg-deb', ['-f', path, 'Version', 'Architecture', 'Source']);
    const field = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(fields)?.[1] ?? '';
    const version = field('Version');
    const [, source = name, sourceVersion = version] = /^(\S+)(?: \((.*)\))?$/.exec(field('Source')) ?? [];
    const copyright = join('usr/share/doc', name, 'copyright');
    records.push({
      name,
      version,
      architecture: field('Architecture'),
      source: `${source} ${sourceVersion}`,
      files: [{ name: path.slice(folder.length + 1), sha256: await hashFile(path) }],
      licence: licenceOf(await readFile(join(tree, copyright), 'utf8').catch(() => ''), `/${copyright}`),
    });
  }
  return records.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The short licence names of a machine-readable debian/copyright, or "see copyright file PATH". */
export function licenceOf(copyright: string, path: string): string {
  if (!/^Format:.*copyright-format/m.test(copyright)) return `see copyright file ${path}`;
  const names = [...copyright.matchAll(/^License:[ \t]*(\S.*)$/gm)].map((match) => (match[1] ?? '').trim());
  const unique = [...new Set(names)].sort();
  return unique.length === 0 ? `see copyright file ${path}` : unique.join(', ');
}

/** One line a package, for the identity of a step's output. */
export function versionLines(records: readonly PackageRecord[]): string {
  return records.map((record) => `${record.name} ${record.version}`).join('\n');
}

/** 1:1.35.0-4+deb12u1 is 1.35.0 upstream. */
export function upstreamVersion(debianVersion: string): string {
  return debianVersion
    .replace(/^\d+:/, '')
    .replace(/-[^-]*$/, '')
    .replace(/\+(?:ds|dfsg).*$/, '');
}
