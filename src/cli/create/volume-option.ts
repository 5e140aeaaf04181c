// `-v`: an anonymous volume, a named one or a directory of the host, told apart as Docker's client does.
import { CliError } from '../cli-error.ts';

export interface VolumeOptions {
  /** For the engine's `Binds`: everything that has a source. */
  readonly binds: string[];
  /** Anonymous volumes, by path. */
  readonly volumes: Record<string, Record<string, never>>;
}

/** Go's filepath.Join(cwd, path). */
export function absolutePath(cwd: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${cwd}/${path}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function sections(spec: string): string[] {
  if (spec === '') throw new CliError('invalid empty volume spec');
  if (spec.length <= 2) return [spec];
  const parts: string[] = [];
  let current = '';
  for (const character of `${spec}:`) {
    // `C:` of a Windows path is no separator.
    if (character !== ':' || /^[A-Za-z]$/.test(current)) current += character;
    else {
      if (current === '') throw new CliError(`invalid spec: ${spec}: empty section between colons`);
      parts.push(current);
      current = '';
    }
  }
  if (current !== '') parts.push(current.replace(/:$/, ''));
  if (parts.length > 3) throw new CliError(`invalid spec: ${spec}: too many colons`);
  return parts;
}

/** @throws CliError in Docker's words */
export function parseVolumes(specs: readonly string[], cwd: string): VolumeOptions {
  const binds: string[] = [];
  const volumes: VolumeOptions['volumes'] = {};
  for (const spec of new Set(specs)) {
    const [source = ''] = sections(spec);
    if (sections(spec).length === 1) {
      volumes[spec] = {};
      continue;
    }
    const colon = spec.indexOf(':');
    const host = spec.slice(0, colon);
    binds.push(source.startsWith('.') && host.startsWith('.') ? absolutePath(cwd, host) + spec.slice(colon) : spec);
  }
  return { binds, volumes };
}
