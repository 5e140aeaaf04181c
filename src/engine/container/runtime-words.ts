// crun's errors in the words Docker's users know and its client parses ("executable file not found" is exit code 127).

interface Translation {
  readonly crun: RegExp;
  /** $1 is what crun quoted. */
  readonly docker: string;
}

const TRANSLATIONS: readonly Translation[] = [
  { crun: /executable file `([^`]*)` not found in \$PATH.*/, docker: 'exec: "$1": executable file not found in $PATH' },
  { crun: /executable file `([^`]*)` not found:.*/, docker: 'exec: "$1": stat $1: no such file or directory' },
  { crun: /cannot find `` in \$PATH.*/, docker: 'exec: "": executable file not found in $PATH' },
  { crun: /the path `([^`]*)` exists but it is not executable.*/, docker: 'exec: "$1": permission denied' },
  { crun: /the path `([^`]*)` is not a regular file.*/, docker: 'exec: "$1": is a directory' },
  { crun: /exec container process `([^`]*)`: (.*)/, docker: 'exec $1: $2' },
  { crun: /exec container process \(missing dynamic library\?\) `([^`]*)`: (.*)/, docker: 'exec $1: $2' },
  { crun: /chdir to `([^`]*)`: (.*)/, docker: 'chdir to cwd ("$1") set in config.json failed: $2' },
];

/** @param error what the runtime port threw */
export function runtimeWords(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // On a terminal crun signs its messages; in its log, which Docker quotes, it does not.
  const message = text.trim().replace(/^(?:\S*crun: |\d{4}-\d\d-\d\dT\S+: )+/, '');
  for (const { crun, docker } of TRANSLATIONS) {
    if (crun.test(message)) return message.replace(crun, (...groups: string[]) => fill(docker, groups));
  }
  return lowerErrno(message);
}

function fill(template: string, [, first = '', second = '']: readonly string[]): string {
  return template.replaceAll(/\$([12])/g, (_, index) => (index === '1' ? first : lowerErrno(second)));
}

// Go writes the kernel's reasons in lower case.
function lowerErrno(message: string): string {
  return message.replace(/(^|: )([A-Z])([a-z' ]+)$/, (_, before: string, first: string, rest: string) => {
    return `${before}${first.toLowerCase()}${rest}`;
  });
}
