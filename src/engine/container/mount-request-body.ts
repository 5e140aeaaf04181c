// `HostConfig.Mounts` as inspect shows it: Docker leaves out of a mount what was not given (api/types/mount in v28).
import type { HostConfig } from './create-request.ts';

/** These are maps: empty ones are left out, while an empty object of another name was given on purpose. */
const MAPS = ['Labels', 'Options'];

export function mountRequestBodies(mounts: HostConfig['Mounts']): object[] {
  return mounts.map(withoutEmpty);
}

function withoutEmpty(object: object): object {
  const members = Object.entries(object) as [string, unknown][];
  return Object.fromEntries(
    members.flatMap(([name, value]) => {
      if (value === '' || value === false || value === 0 || value === null || value === undefined) return [];
      if (typeof value !== 'object' || Array.isArray(value)) return [[name, value]];
      if (MAPS.includes(name)) return Object.keys(value).length === 0 ? [] : [[name, value]];
      return [[name, withoutEmpty(value)]];
    }),
  );
}
