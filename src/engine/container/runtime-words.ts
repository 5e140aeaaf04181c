// crun's errors in the words Docker's users know and its client parses ("executable file not found" is exit code 127).

interface Translation {
  readonly crun: RegExp;
  /** $1 and $2 are what crun quoted, $0 is the command. */
  readonly docker: string;
}

const TRANSLATIONS: readonly Translation[] = [
  { crun: /executable file `([^`]*)` not found in \$PATH.*/, docker: 'exec: "$1": executable file not found in $PATH' },
  { crun: /executable file `([^`]*)` not found:.*/, docker: 'exec: "$1": stat $1: no such file or directory' },
  { crun: /open executable: No such file or directory/, docker: 'exec: "$0": stat $0: no such file or directory' },
  { crun: /open executable: Permission denied/, docker: 'exec: "$0": permission denied' },
  // crun's answer to what is no regular file.
  { crun: /open executable: Operation not permitted/, docker: 'exec: "$0": is a directory' },
  { crun: /cannot find `` in \$PATH.*/, docker: 'exec: "": executable file not found in $PATH' },
  { crun: /the path `([^`]*)` exists but it is not executable.*/, docker: 'exec: "$1": permission denied' },
  { crun: /the path `([^`]*)` is not a regular file.*/, docker: 'exec: "$1": is a directory' },
  { crun: /exec container process `([^`]*)`: (.*)/, docker: 'exec $1: $2' },
  { crun: /exec container process \(missing dynamic library\?\) `([^`]*)`: (.*)/, docker: 'exec $1: $2' },
  { crun: /chdir to `([^`]*)`: (.*)/, docker: 'chdir to cwd ("$1") set in config.json failed: $2' },
];

/**
 * @param error what the runtime port threw
 * @param command the first word of what was to run
 */
export function runtimeWords(error: unknown, command: string): string {
  const text = error instanceof Error ? error.message : String(error);
  // On a terminal crun signs its messages; in its log, which Docker quotes, it does not.
  const message = text.trim().replace(/^(?:\S*crun: |\d{4}-\d\d-\d\dT\S+: )+/, '');
  for (const { crun, docker } of TRANSLATIONS) {
    const [, first = '', second = ''] = crun.exec(message) ?? [];
    if (crun.test(message)) return fill(docker, [command, first, lowerErrno(second)]);
  }
  return lowerErrno(message);
}

function fill(template: string, words: readonly string[]): string {
  return template.replaceAll(/\$([012])/g, (_, index: string) => words[Number(index)] ?? '');
}

// Go writes the kernel's reasons in lower case.
function lowerErrno(message: string): string {
  return message.replace(/(^|: )([A-Z])([a-z' ]+)$/, (_, before: string, first: string, rest: string) => {
    return `${before}${first.toLowerCase()}${rest}`;
  });
}
