// --security-opt: what of it changes the OCI configuration.
import { DrydockError } from '../../../contracts/errors.ts';

export interface SecurityOptions {
  readonly noNewPrivileges: boolean;
  readonly seccomp: 'default' | 'unconfined';
  /** `systempaths=unconfined`: nothing masked or read-only. */
  readonly maskPaths: boolean;
}

/** @throws DrydockError `invalid-argument` in Docker's words */
export function parseSecurityOptions(options: readonly string[]): SecurityOptions {
  let parsed: SecurityOptions = { noNewPrivileges: false, seccomp: 'default', maskPaths: true };
  for (const option of options) {
    const [key = '', value] = option.split(/[=:](.*)/s, 2);
    switch (key) {
      case 'no-new-privileges':
        parsed = { ...parsed, noNewPrivileges: value === undefined || value === 'true' };
        break;
      case 'seccomp':
        if (value === 'unconfined') parsed = { ...parsed, seccomp: 'unconfined' };
        else if (value !== 'builtin') {
          throw refuse('Cannot use a seccomp profile of your own: this engine has "builtin" and "unconfined"');
        }
        break;
      case 'systempaths':
        parsed = { ...parsed, maskPaths: value !== 'unconfined' };
        break;
      // SELinux and AppArmor are not in the guest's kernel: asking for less of them is granted.
      case 'label':
      case 'apparmor':
        break;
      default:
        throw refuse(`invalid --security-opt 2: "${option}"`);
    }
  }
  return parsed;
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
