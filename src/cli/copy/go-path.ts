// Paths as Go's filepath and moby's go-archive treat them: what `docker cp` makes of a trailing `/` and `/.` hangs on it.

export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

/** filepath.Clean. */
export function clean(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.length > 0 && names.at(-1) !== '..') names.pop();
    else if (!isAbsolute(path)) names.push(name);
  }
  return isAbsolute(path) ? `/${names.join('/')}` : names.join('/') || '.';
}

/** filepath.Join of two. */
export function join(parent: string, path: string): string {
  if (parent === '' || path === '') return parent + path === '' ? '' : clean(parent + path);
  return clean(`${parent}/${path}`);
}

/** filepath.Base. */
export function base(path: string): string {
  if (path === '') return '.';
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** filepath.Dir. */
export function dir(path: string): string {
  return clean(path.slice(0, path.lastIndexOf('/') + 1));
}

export function hasTrailingSlash(path: string): boolean {
  return path.endsWith('/');
}

/** It ends with a `.` of its own. */
export function specifiesCurrentDir(path: string): boolean {
  return base(path) === '.';
}

/** It can only be a directory. */
export function assertsDirectory(path: string): boolean {
  return hasTrailingSlash(path) || specifiesCurrentDir(path);
}

/** Puts back the `/.` or `/` that cleaning took away. */
export function preserveTrailing(cleaned: string, original: string): string {
  let path = cleaned;
  if (!specifiesCurrentDir(path) && specifiesCurrentDir(original)) path += hasTrailingSlash(path) ? '.' : '/.';
  if (!hasTrailingSlash(path) && hasTrailingSlash(original)) path += '/';
  return path;
}

/** Directory and last name; a last `.` stays one. */
export function splitEntry(path: string): readonly [dir: string, base: string] {
  const cleaned = clean(path) + (specifiesCurrentDir(path) ? '/.' : '');
  return [dir(cleaned), base(cleaned)];
}

/** Where a link's own path was asked for, and it leads to `resolved`: that path, and the name the copy should have. */
export function rebaseName(path: string, resolved: string): { readonly path: string; readonly rebase: string } {
  let target = resolved;
  if (specifiesCurrentDir(path) && !specifiesCurrentDir(target)) target += '/.';
  if (hasTrailingSlash(path) && !hasTrailingSlash(target)) target += '/';
  return { path: target, rebase: base(path) === base(target) ? '' : base(path) };
}
