// Paths of the guest as strings: no disk is asked.

export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

/** Go's path.Clean for absolute and relative paths: no `.`, `..`, doubled or trailing slashes. */
export function cleanPath(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..' && (isAbsolute(path) || (names.length > 0 && names.at(-1) !== '..'))) names.pop();
    else names.push(name);
  }
  const joined = names.join('/');
  return isAbsolute(path) ? `/${joined}` : joined || '.';
}
