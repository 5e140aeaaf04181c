// A link gives a container a name with a slash, `parent/alias`, which is not the slash of a path.

const CONTAINER = /^\/containers\/(?<rest>[^/]+\/.+)$/;

/** The path with the name in one piece: `/containers/web/db/json` is about `web/db`, as with dockerd's router. */
export function linkedPath(method: string, path: string): string {
  const parts = CONTAINER.exec(path)?.groups?.['rest']?.split('/');
  if (parts === undefined || parts.slice(-2).join('/') === 'attach/ws') return path;
  const verb = method === 'DELETE' ? [] : parts.splice(-1);
  return ['/containers', parts.join('%2F'), ...verb].join('/');
}
