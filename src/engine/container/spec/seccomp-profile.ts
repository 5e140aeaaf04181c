// A seccomp profile of the user's: Docker's JSON format, whose rules may depend on architecture, capabilities and kernel.
import { z } from 'zod';
import { DrydockError } from '../../../contracts/errors.ts';
import type { OciSeccomp } from '../../../contracts/oci-runtime.ts';

export interface ProfileSubject {
  /** The container's bounding set. */
  readonly capabilities: readonly string[];
  /** `uname -r`. */
  readonly kernelVersion: string;
}

const ARCHITECTURE = 'SCMP_ARCH_X86';
/** What `arches` of a rule says for it. */
const ARCH_WORD = 'x86';

const strings = z.array(z.string()).nullish();
const conditions = z.looseObject({ caps: strings, arches: strings, minKernel: z.string().nullish() }).nullish();
const argument = z.looseObject({
  index: z.number().int().nonnegative(),
  value: z.number().nonnegative(),
  valueTwo: z.number().nonnegative().nullish(),
  op: z.string(),
});
const rule = z.looseObject({
  name: z.string().nullish(),
  names: strings,
  action: z.string(),
  errnoRet: z.number().int().nonnegative().nullish(),
  args: z.array(argument).nullish(),
  includes: conditions,
  excludes: conditions,
});
const profileSchema = z.looseObject({
  defaultAction: z.string().nullish(),
  defaultErrnoRet: z.number().int().nonnegative().nullish(),
  architectures: strings,
  archMap: z.array(z.looseObject({ architecture: z.string(), subArchitectures: strings })).nullish(),
  flags: strings,
  syscalls: z.array(rule).nullish(),
});

type Conditions = NonNullable<z.output<typeof conditions>>;
type Rule = z.output<typeof rule>;

/**
 * @returns undefined for a profile that says nothing: no confinement
 * @throws DrydockError `invalid-argument` in Docker's words
 */
export function loadSeccompProfile(text: string, subject: ProfileSubject): OciSeccomp | undefined {
  const profile = parse(text);
  const rules = profile.syscalls ?? [];
  if (!profile.defaultAction && rules.length === 0) return undefined;
  const architectures = profile.architectures ?? [];
  const map = profile.archMap ?? [];
  if (architectures.length > 0 && map.length > 0) throw both('architectures', 'archMap');
  const own = map.find(({ architecture }) => architecture === ARCHITECTURE);
  return {
    defaultAction: profile.defaultAction ?? '',
    ...(typeof profile.defaultErrnoRet === 'number' && { defaultErrnoRet: profile.defaultErrnoRet }),
    architectures: own === undefined ? [...architectures] : [own.architecture, ...(own.subArchitectures ?? [])],
    ...(profile.flags && profile.flags.length > 0 && { flags: [...profile.flags] }),
    syscalls: rules.filter((one) => applies(one, subject)).map(toOci),
  };
}

function parse(text: string): z.output<typeof profileSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw undecodable(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const parsed = profileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw undecodable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, parsed.error);
}

function applies({ includes, excludes }: Rule, subject: ProfileSubject): boolean {
  if (excludes && isExcluded(excludes, subject)) return false;
  return !includes || isIncluded(includes, subject);
}

function isExcluded({ arches, caps, minKernel }: Conditions, subject: ProfileSubject): boolean {
  return (
    (arches ?? []).includes(ARCH_WORD) ||
    (caps ?? []).some((name) => subject.capabilities.includes(name)) ||
    (!!minKernel && isAtLeast(subject.kernelVersion, minKernel))
  );
}

function isIncluded({ arches, caps, minKernel }: Conditions, subject: ProfileSubject): boolean {
  return (
    ((arches ?? []).length === 0 || (arches ?? []).includes(ARCH_WORD)) &&
    (caps ?? []).every((name) => subject.capabilities.includes(name)) &&
    (!minKernel || isAtLeast(subject.kernelVersion, minKernel))
  );
}

function isAtLeast(kernelVersion: string, minimum: string): boolean {
  const wanted = /^(\d{1,3})\.(\d{1,3})$/.exec(minimum);
  if (wanted === null) {
    throw undecodable(`invalid kernel version: ${JSON.stringify(minimum)}, expected "<kernel>.<major>"`);
  }
  const [, kernel, major] = /^(\d+)\.(\d+)/.exec(kernelVersion) ?? [];
  const ahead = Number(kernel) - Number(wanted[1]);
  return ahead > 0 || (ahead === 0 && Number(major) >= Number(wanted[2]));
}

function toOci({ name, names, action, errnoRet, args }: Rule): OciSeccomp['syscalls'][number] {
  if (name && names && names.length > 0) throw both('name', 'names');
  return {
    names: name ? [name] : [...(names ?? [])],
    action,
    ...(typeof errnoRet === 'number' && { errnoRet }),
    ...(args &&
      args.length > 0 && {
        args: args.map(({ index, value, valueTwo, op }) => ({ index, value, valueTwo: valueTwo ?? 0, op })),
      }),
  };
}

function both(one: string, other: string): DrydockError {
  return new DrydockError(
    'invalid-argument',
    `both '${one}' and '${other}' are specified in the seccomp profile, use either '${one}' or '${other}'`,
  );
}

function undecodable(why: string, cause?: unknown): DrydockError {
  return new DrydockError('invalid-argument', `Decoding seccomp profile failed: ${why}`, { cause });
}
