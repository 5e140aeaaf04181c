// The environment of a container's process: Docker's own variables, then the container's.

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface OwnEnvironment {
  readonly hostname: string;
  readonly tty: boolean;
  /** What links tell. */
  readonly linked: readonly string[];
}

export function environmentOf({ hostname, tty, linked }: OwnEnvironment, env: readonly string[]): string[] {
  const base = [`PATH=${DEFAULT_PATH}`, `HOSTNAME=${hostname}`, ...(tty ? ['TERM=xterm'] : []), ...linked];
  return overlayEnvironment(base, env);
}

/** Later entries replace earlier ones of the same name; an entry without `=` removes the name. */
export function overlayEnvironment(base: readonly string[], overrides: readonly string[]): string[] {
  const entries = new Map(base.map((entry) => [nameOf(entry), entry]));
  for (const entry of overrides) {
    if (entry.includes('=')) entries.set(nameOf(entry), entry);
    else entries.delete(entry);
  }
  return [...entries.values()];
}

function nameOf(entry: string): string {
  return entry.split('=', 1)[0] ?? '';
}
