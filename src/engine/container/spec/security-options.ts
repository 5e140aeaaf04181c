// --security-opt: what of it changes the OCI configuration.
import { DrydockError } from '../../../contracts/errors.ts';

export interface SecurityOptions {
  readonly noNewPrivileges: boolean;
  /** `unconfined`, `builtin`, a profile's JSON, or undefined for what the other options make of it. */
  readonly seccomp: string | undefined;
  /** Undefined: writable for privileged containers only. */
  readonly writableCgroups: boolean | undefined;
}

/** As Go's strconv.ParseBool reads them. */
const TRUE_WORDS = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const FALSE_WORDS = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

/** @throws DrydockError `internal`, as Docker answers 500 to these, in Docker's words */
export function parseSecurityOptions(options: readonly string[]): SecurityOptions {
  let parsed: SecurityOptions = { noNewPrivileges: false, seccomp: undefined, writableCgroups: undefined };
  for (const option of options) {
    const separator = option.includes('=') ? '=' : ':';
    const at = option.indexOf(separator);
    const key = at < 0 ? option : option.slice(0, at);
    const value = at < 0 ? undefined : option.slice(at + 1);
    parsed = { ...parsed, ...meaningOf(option, key, value) };
  }
  return parsed;
}

function meaningOf(option: string, key: string, value: string | undefined): Partial<SecurityOptions> {
  if (value === undefined) {
    if (key === 'no-new-privileges') return { noNewPrivileges: true };
    if (key === 'writable-cgroups') return { writableCgroups: true };
    if (key === 'disable') return {};
    throw refuse(1, option);
  }
  switch (key) {
    case 'no-new-privileges':
      return { noNewPrivileges: boolean(option, value) };
    case 'writable-cgroups':
      return { writableCgroups: boolean(option, value) };
    case 'seccomp':
      return { seccomp: value };
    // SELinux and AppArmor are not in the guest's kernel: Docker accepts these there, and they change nothing.
    case 'label':
    case 'apparmor':
      return {};
    default:
      throw refuse(2, option);
  }
}

function boolean(option: string, value: string): boolean {
  if (TRUE_WORDS.includes(value)) return true;
  if (FALSE_WORDS.includes(value)) return false;
  throw refuse(2, option);
}

function refuse(kind: 1 | 2, option: string): DrydockError {
  return new DrydockError('internal', `invalid --security-opt ${kind}: ${JSON.stringify(option)}`);
}
