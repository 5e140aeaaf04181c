// Which capabilities a container's processes hold: Docker's default set, --cap-add, --cap-drop, --privileged.
import { DrydockError } from '../../../contracts/errors.ts';

/** In the kernel's order, capabilities(7); up to CHECKPOINT_RESTORE (Linux 5.9). */
const ALL = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
)
  .split(' ')
  .map((name) => `CAP_${name}`);

/** Docker documentation, "Runtime privilege and Linux capabilities". */
const DEFAULT =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'
    .split(' ')
    .map((name) => `CAP_${name}`);

export interface CapabilityRequest {
  readonly add: readonly string[];
  readonly drop: readonly string[];
  readonly privileged: boolean;
}

/** @throws DrydockError `invalid-argument`: unknown capability: "CAP_X" */
export function capabilitiesOf({ add, drop, privileged }: CapabilityRequest): string[] {
  if (privileged) return [...ALL];
  const added = normalizeCapabilities(add);
  const dropped = normalizeCapabilities(drop);
  if (added.includes('ALL')) return ALL.filter((name) => !dropped.includes(name));
  const kept = dropped.includes('ALL') ? [] : DEFAULT.filter((name) => !dropped.includes(name));
  return [...new Set([...kept, ...added])];
}

/** @throws DrydockError `invalid-argument`: unknown capability: "CAP_X" */
export function normalizeCapabilities(names: readonly string[]): string[] {
  return names.map((raw) => {
    const upper = raw.toUpperCase();
    if (upper === 'ALL') return upper;
    const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
    if (!ALL.includes(name)) throw new DrydockError('invalid-argument', `unknown capability: "${name}"`);
    return name;
  });
}
