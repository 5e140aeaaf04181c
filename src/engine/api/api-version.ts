// `/v1.50/...`: the version prefix, optional, within what we speak.
import { API_VERSION, MIN_API_VERSION } from '../../contracts/engine-api.ts';
import { DrydockError } from '../../contracts/errors.ts';

const PREFIX = /^\/v(\d[\d.]*)(?=\/|$)/;

export interface VersionedPath {
  readonly version: string;
  readonly path: string;
}

/** @param pathname of the request, with or without the prefix */
export function splitVersion(pathname: string): VersionedPath {
  const match = PREFIX.exec(pathname);
  if (match === null) return { version: API_VERSION, path: pathname };
  return { version: match[1] ?? '', path: pathname.slice(match[0].length) || '/' };
}

/** @throws DrydockError `invalid-argument` in Docker's words */
export function requireSupported(version: string): void {
  if (compareVersions(version, MIN_API_VERSION) < 0) {
    throw new DrydockError(
      'invalid-argument',
      `client version ${version} is too old. Minimum supported API version is ${MIN_API_VERSION}, please upgrade your client to a newer version`,
    );
  }
  if (compareVersions(version, API_VERSION) > 0) {
    throw new DrydockError(
      'invalid-argument',
      `client version ${version} is too new. Maximum supported API version is ${API_VERSION}`,
    );
  }
}

/** Negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
