// Which seccomp filter a container gets: Docker's, a profile of the user's, or none.
import type { OciSeccomp } from '../../../contracts/oci-runtime.ts';
import type { HostConfig } from '../create-request.ts';
import { loadSeccompProfile } from './seccomp-profile.ts';
import type { ProfileSubject } from './seccomp-profile.ts';
import { defaultSeccompProfile } from './seccomp.ts';
import { parseSecurityOptions } from './security-options.ts';

/** @throws DrydockError `invalid-argument` for a profile that cannot be read */
export function seccompOf({ SecurityOpt, Privileged }: HostConfig, subject: ProfileSubject): OciSeccomp | undefined {
  const { seccomp } = parseSecurityOptions(SecurityOpt);
  if (seccomp === 'unconfined') return undefined;
  if (seccomp === undefined && Privileged) return undefined;
  if (seccomp === undefined || (seccomp === 'builtin' && !Privileged))
    return defaultSeccompProfile(subject.capabilities);
  return loadSeccompProfile(seccomp, subject);
}
