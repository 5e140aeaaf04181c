// Mappings of ids as the kernel reads them.
import type { OciIdMapping } from '../../contracts/oci-runtime.ts';

/** The text of /proc/<pid>/uid_map or gid_map. Source: user_namespaces(7). */
export function mapText(mappings: readonly OciIdMapping[]): string {
  return mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('');
}
