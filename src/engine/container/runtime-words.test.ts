import { describe, expect, test } from 'vitest';
import { runtimeWords } from './runtime-words.ts';
import { execFailure, startFailure } from './start-error.ts';

describe('runtimeWords', () => {
  test.each([
    [
      'executable file `nope` not found in $PATH: No such file or directory',
      'exec: "nope": executable file not found in $PATH',
    ],
    [
      'crun: executable file `/nope` not found: No such file or directory',
      'exec: "/nope": stat /nope: no such file or directory',
    ],
    [
      'the path `/etc/motd` exists but it is not executable: Operation not permitted',
      'exec: "/etc/motd": permission denied',
    ],
    ['the path `/etc` is not a regular file: Operation not permitted', 'exec: "/etc": is a directory'],
    ['exec container process `/bin/x`: Exec format error', 'exec /bin/x: exec format error'],
    ['mount `/a` to `b`: Not a directory', 'mount `/a` to `b`: not a directory'],
    ['open executable: Permission denied', 'exec: "/cmd": permission denied'],
    ['open executable: No such file or directory', 'exec: "/cmd": stat /cmd: no such file or directory'],
    ['open executable: Operation not permitted', 'exec: "/cmd": is a directory'],
    ['something else', 'something else'],
  ])('%j', (crun, docker) => expect(runtimeWords(new Error(crun), '/cmd')).toBe(docker));
});

describe('a failed start', () => {
  const create =
    'failed to create task for container: failed to create shim task: OCI runtime create failed: crun create failed: ' +
    'unable to start container process: error during container init: ';

  test.each([
    ['executable file `nope` not found in $PATH: x', 127, 'exec: "nope": executable file not found in $PATH: unknown'],
    ['the path `/x` exists but it is not executable: x', 126, 'exec: "/x": permission denied: unknown'],
    ['the path `/etc` is not a regular file: x', 126, 'exec: "/etc": is a directory: unknown: permission denied'],
  ])('%j is %i', (crun, exitCode, text) => {
    const failure = startFailure(new Error(crun), 'x');
    expect(failure.exitCode).toBe(exitCode);
    expect(failure.error).toMatchObject({ code: 'invalid-argument', message: create + text });
  });

  test('of an unknown kind is the daemon’s fault', () => {
    expect(startFailure(new Error('write to cgroup: Device or resource busy'), 'x')).toMatchObject({
      exitCode: 128,
      error: {
        code: 'internal',
        message: expect.stringContaining('write to cgroup: device or resource busy: unknown'),
      },
    });
  });

  test('of an exec', () => {
    expect(execFailure(new Error('executable file `nope` not found in $PATH: x'), 'x').error.message).toBe(
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown',
    );
  });
});
