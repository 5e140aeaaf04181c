// Binds that pass mounts on, to the host or from it: the kernel does so only between mounts that are shared, so that is
// checked first, in dockerd's words (moby daemon/oci_linux.go).
import { DrydockError } from '../../../contracts/errors.ts';
import type { HostFiles } from '../../../contracts/runtime.ts';
import type { MountPoint } from '../mount-points.ts';

const SHARED = ['shared', 'rshared'];
const SLAVE = ['slave', 'rslave'];

/** What the container's root itself must be for its binds to work. */
export function rootPropagationOf(points: readonly MountPoint[]): { rootfsPropagation?: string } {
  const wanted = points.map((point) => (point.type === 'bind' ? point.propagation : ''));
  if (wanted.some((word) => SHARED.includes(word))) return { rootfsPropagation: 'shared' };
  return wanted.some((word) => SLAVE.includes(word)) ? { rootfsPropagation: 'rslave' } : {};
}

/** @throws DrydockError `internal` when a source's mount is not shared */
export async function requirePropagation(files: Pick<HostFiles, 'read'>, points: readonly MountPoint[]): Promise<void> {
  const asking = points.filter(
    (point) => point.type === 'bind' && (SHARED.includes(point.propagation) || SLAVE.includes(point.propagation)),
  );
  if (asking.length === 0) return;
  const mounts = parseMountInfo(new TextDecoder().decode(await files.read('/proc/self/mountinfo')));
  for (const point of asking) {
    if (point.type !== 'bind') continue;
    const { source, propagation } = point;
    const mount = mounts.filter(({ target }) => contains(target, source)).reduce(longer);
    const words = mount.optional.split(' ').map((word) => word.split(':', 1)[0]);
    if (words.includes('shared') || (SLAVE.includes(propagation) && words.includes('master'))) continue;
    const what = SLAVE.includes(propagation) ? 'shared or slave' : 'shared';
    throw new DrydockError('internal', `path ${source} is mounted on ${mount.target} but it is not a ${what} mount`);
  }
}

interface MountInfo {
  readonly target: string;
  /** `shared:1 master:2`. */
  readonly optional: string;
}

/** proc(5), /proc/pid/mountinfo: id, parent, device, root, target, options, optional fields up to a dash. */
function parseMountInfo(text: string): MountInfo[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const fields = line.split(' ');
    const end = fields.indexOf('-', 6);
    return { target: (fields[4] ?? '/').replaceAll('\\040', ' '), optional: fields.slice(6, end).join(' ') };
  });
}

function contains(target: string, path: string): boolean {
  return target === '/' || path === target || path.startsWith(`${target}/`);
}

/** The later of two as long as each other is mounted over the earlier. */
function longer(a: MountInfo, b: MountInfo): MountInfo {
  return b.target.length >= a.target.length ? b : a;
}
