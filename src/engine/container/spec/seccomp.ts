// Docker's default seccomp profile for a container: what is not listed fails with EPERM.
import type { OciSeccomp } from '../../../contracts/oci-runtime.ts';
import {
  ALLOWED_WITH_CAPABILITY,
  ALWAYS_ALLOWED,
  CLONE_NAMESPACE_FLAGS,
  FORBIDDEN_SOCKET_FAMILY,
  PERSONALITIES,
} from './seccomp-table.ts';

type Rule = OciSeccomp['syscalls'][number];

const ALLOW = 'SCMP_ACT_ALLOW';
const ERRNO = 'SCMP_ACT_ERRNO';
const EPERM = 1;
const ENOSYS = 38;

/** By capabilities: nearly every container has the same ones, and the list of calls is long. */
const profiles = new Map<string, OciSeccomp>();

/** @param capabilities the bounding set: parts of the profile depend on it */
export function defaultSeccompProfile(capabilities: readonly string[]): OciSeccomp {
  const key = [...capabilities].sort().join();
  const profile = profiles.get(key) ?? buildProfile(capabilities);
  profiles.set(key, profile);
  return profile;
}

function buildProfile(capabilities: readonly string[]): OciSeccomp {
  const unlocked = ALLOWED_WITH_CAPABILITY.filter(([capability]) => capabilities.includes(capability));
  const names = new Set([...ALWAYS_ALLOWED, ...unlocked.flatMap(([, list]) => list)]);
  return {
    defaultAction: ERRNO,
    defaultErrnoRet: EPERM,
    architectures: ['SCMP_ARCH_X86'],
    syscalls: [
      { names: [...names], action: ALLOW },
      allowIf('socket', { index: 0, value: FORBIDDEN_SOCKET_FAMILY, op: 'SCMP_CMP_NE' }),
      ...PERSONALITIES.map((value) => allowIf('personality', { index: 0, value, op: 'SCMP_CMP_EQ' })),
      ...(capabilities.includes('CAP_SYS_ADMIN') ? [] : withoutNamespaces()),
    ],
  };
}

function withoutNamespaces(): Rule[] {
  return [
    allowIf('clone', { index: 0, value: CLONE_NAMESPACE_FLAGS, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }),
    // ENOSYS makes the C library fall back to clone, whose flags a filter can see.
    { names: ['clone3'], action: ERRNO, errnoRet: ENOSYS },
  ];
}

function allowIf(name: string, arg: NonNullable<Rule['args']>[number]): Rule {
  return { names: [name], action: ALLOW, args: [arg] };
}
