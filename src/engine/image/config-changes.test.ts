// `--change`: each instruction's effect, and BuildKit's words for what is none.
import { describe, expect, it } from 'vitest';
import { configSchema } from '../container/create-request.ts';
import { withChanges } from './config-changes.ts';

const base = configSchema.parse({ Env: ['PATH=/bin', 'A=1'], Cmd: ['old'], Entrypoint: ['init'], WorkingDir: '/srv' });

function changed(...changes: string[]): Record<string, unknown> {
  const config = withChanges(base, changes) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(config).filter(([name, value]) => value !== (base as Record<string, unknown>)[name]),
  );
}

describe('withChanges', () => {
  it.each([
    [['CMD ["a", "b c"]'], { Cmd: ['a', 'b c'] }],
    [['CMD a b  c'], { Cmd: ['/bin/sh', '-c', 'a b  c'] }],
    [['cmd a \\\n  b'], { Cmd: ['/bin/sh', '-c', 'a   b'] }],
    [['ENTRYPOINT ["e"]'], { Entrypoint: ['e'], Cmd: null }],
    [['CMD x', 'ENTRYPOINT ["e"]'], { Entrypoint: ['e'], Cmd: ['/bin/sh', '-c', 'x'] }],
    [['ENTRYPOINT []'], { Entrypoint: null, Cmd: null }],
    [['ENV A=2 B="x y" C=a\\ b'], { Env: ['PATH=/bin', 'A=2', 'B=x y', 'C=a b'] }],
    [['ENV D some words'], { Env: ['PATH=/bin', 'A=1', 'D=some words'] }],
    [
      ["ENV E=$PATH F='$PATH' G=${NONE:-none} H=${A:+set}"],
      { Env: ['PATH=/bin', 'A=1', 'E=/bin', 'F=$PATH', 'G=none', 'H=set'] },
    ],
    [['ENV X=${PATH#*/} Y=${PATH%n} Z=${PATH/b/t}'], { Env: ['PATH=/bin', 'A=1', 'X=bin', 'Y=/bi', 'Z=/tin'] }],
    [['LABEL a=b "c d"="e f"'], { Labels: { a: 'b', 'c d': 'e f' } }],
    [['EXPOSE 80 53/udp 90-91'], { ExposedPorts: { '53/udp': {}, '80/tcp': {}, '90/tcp': {}, '91/tcp': {} } }],
    [['VOLUME /a /b', 'VOLUME ["/c d"]'], { Volumes: { '/a': {}, '/b': {}, '/c d': {} } }],
    [['USER me:us'], { User: 'me:us' }],
    [['WORKDIR sub/../dir'], { WorkingDir: '/srv/dir' }],
    [['WORKDIR /x//y/'], { WorkingDir: '/x/y' }],
    [['STOPSIGNAL SIGINT'], { StopSignal: 'SIGINT' }],
    [['ONBUILD RUN make -j2'], { OnBuild: ['RUN make -j2'] }],
    [['HEALTHCHECK NONE'], { Healthcheck: { Test: ['NONE'] } }],
    [
      ['HEALTHCHECK --interval=5s --timeout=100ms --retries=2 CMD curl -f localhost'],
      { Healthcheck: { Test: ['CMD-SHELL', 'curl -f localhost'], Interval: 5e9, Timeout: 1e8, Retries: 2 } },
    ],
    [['HEALTHCHECK CMD ["true"]'], { Healthcheck: { Test: ['CMD', 'true'] } }],
    [['# a comment', 'USER me'], { User: 'me' }],
  ])('%j', (changes, expected) => {
    expect(changed(...changes)).toEqual(expected);
  });

  it.each([
    ['RUN ls', 'RUN is not a valid change command'],
    ['FROM x', 'FROM is not a valid change command'],
    ['nonsense', 'nonsense is not a valid change command'],
    ['', 'file with no instructions'],
    ['ENV', 'ENV requires at least one argument'],
    ['ENV A', 'ENV must have two arguments'],
    ['ENV A=1 B', `Syntax error - can't find = in "B". Must be of the form: name=value`],
    ['ENV =1', 'ENV names can not be blank'],
    ['ENV A=${B', 'failed to process "${B": unsupported modifier (\uFFFD) in substitution'],
    ['ENV A=${B:-c', 'failed to process "${B:-c": syntax error: missing \'}\''],
    ['ENV A="x', 'unexpected end of statement while looking for matching double-quote'],
    ['ENV A=${B:?needed}', 'B: needed'],
    ['CMD [1]', 'when using JSON array syntax, arrays must be comprised of strings only'],
    ['EXPOSE', 'EXPOSE requires at least one argument'],
    ['EXPOSE x', 'invalid containerPort: x'],
    ['EXPOSE 80/xyz', 'invalid proto: xyz'],
    ['EXPOSE 9-8', 'invalid containerPort: 9-8'],
    ['USER', 'USER requires exactly one argument'],
    ['USER --x me', 'unknown flag: --x'],
    ['STOPSIGNAL NOPE', 'invalid signal: NOPE'],
    ['ONBUILD ONBUILD RUN x', "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
    ['ONBUILD FROM x', "FROM isn't allowed as an ONBUILD trigger"],
    ['HEALTHCHECK', 'HEALTHCHECK requires at least one argument'],
    ['HEALTHCHECK NONE x', 'HEALTHCHECK NONE takes no arguments'],
    ['HEALTHCHECK RUN x', 'Unknown type "RUN" in HEALTHCHECK (try CMD)'],
    ['HEALTHCHECK CMD', 'Missing command after HEALTHCHECK CMD'],
    ['HEALTHCHECK --interval=1us CMD x', 'Interval "interval" cannot be less than 1ms'],
    ['HEALTHCHECK --nope=1 CMD x', 'unknown flag: --nope'],
    ['HEALTHCHECK --retries=-1 CMD x', '--retries cannot be negative (-1)'],
    ['HEALTHCHECK --interval=x CMD x', 'time: invalid duration "x"'],
  ])('refuses %j', (change, message) => {
    expect(() => withChanges(base, [change])).toThrow(message);
  });
});
