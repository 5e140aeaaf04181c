// Flags of `docker run` that are between the client, the daemon and the container: streams, signals, pulling, files.
import { beforeAll, describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';

const guest = useGuest();
const run = (flags: string, command: string) => guest.sh(`docker run --rm ${flags} busybox ${command}`);
const BOTH = 'sh -c "echo out; echo err >&2"';

beforeAll(async () => {
  await guest.ok('docker pull -q busybox');
});

describe('-a', () => {
  it.each([
    ['', 'out\n', 'err\n'],
    ['-a stdout', 'out\n', ''],
    ['-a stderr', '', 'err\n'],
    ['-a stdout -a stderr', 'out\n', 'err\n'],
  ])('%s', async (flags, stdout, stderr) => {
    expect(await run(flags, BOTH)).toEqual({ exitCode: 0, stdout, stderr });
  });

  it('stdin gives the input and shows nothing; the log has it', async () => {
    const result = await guest.sh('printf typed | docker run -i -a stdin --name fed busybox sh -c "cat; exit 3"');
    expect(result).toEqual({ exitCode: 3, stdout: '', stderr: '' });
    expect(await guest.ok('docker logs fed')).toBe('typed');
  });

  it('refuses other names, and -d', async () => {
    expect((await run('-a nowhere', 'true')).stderr).toContain(
      'invalid argument "nowhere" for "-a, --attach" flag: valid streams are STDIN, STDOUT and STDERR\n',
    );
    expect((await run('-d -a stdout', 'true')).stderr).toContain(
      'conflicting options: cannot specify both --attach and --detach\n',
    );
  });
});

describe('--sig-proxy', () => {
  const waiting = `sh -c 'trap "echo got TERM; exit 5" TERM; echo ready; while :; do sleep 0.1; done'`;
  // A job of its own, as in a terminal: a group of orphans is not stopped.
  const signalled = (flags: string, signal: string) => `
    set -m
    docker run --name proxy ${flags} busybox ${waiting} > /tmp/proxied & pid=$!
    until grep -q ready /tmp/proxied; do sleep 0.1; done
    kill -${signal} $pid`;

  it('passes a signal of the client on to the container', async () => {
    expect(await guest.ok(`${signalled('', 'TERM')}; wait $pid; echo $?; cat /tmp/proxied; docker rm proxy`)).toBe(
      '5\nready\ngot TERM\nproxy',
    );
  });

  it('false leaves the container alone; the third one ends the client', async () => {
    const output = await guest.ok(`
      ${signalled('--sig-proxy=false', 'TERM')}
      while kill -TERM $pid 2>/dev/null; do sleep 0.1; done; wait $pid; echo $?
      docker inspect -f '{{.State.Running}}' proxy; docker rm -f proxy`);
    expect(output).toBe('1\ntrue\nproxy');
  });

  it('false lets Ctrl-Z stop the client, as it stops any program', async () => {
    const output = await guest.ok(`
      ${signalled('--sig-proxy=false', 'TSTP')}
      until grep -q '^State:.T' /proc/$pid/status; do sleep 0.1; done
      kill -CONT $pid; docker kill proxy; wait $pid; echo $?; docker rm proxy`);
    expect(output).toBe('proxy\n137\nproxy');
  });
});

describe('--pull', () => {
  it.each([
    ['missing', /^$/],
    ['never', /^$/],
    ['always', /^latest: Pulling from library\/busybox\n(.*\n)*Status: Image is up to date for busybox:latest\n$/],
  ])('%s, with the image there', async (policy, stderr) => {
    const result = await run(`--pull ${policy}`, 'echo ran');
    expect(result).toMatchObject({ exitCode: 0, stdout: 'ran\n' });
    expect(result.stderr).toMatch(stderr);
  });

  it('never, without the image', async () => {
    expect(await guest.sh('docker run --rm --pull never hello-world')).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining('docker: Error response from daemon: No such image: hello-world:latest\n'),
    });
  });

  it('missing, without the image, says so first', async () => {
    const { exitCode, stderr } = await guest.sh('docker run --rm hello-world');
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /^Unable to find image 'hello-world:latest' locally\nlatest: Pulling from library\/hello-world\n/,
    );
    expect((await guest.sh('docker rmi -f hello-world; docker run --rm -q hello-world')).stderr).toBe('');
  });

  it('refuses other words', async () => {
    expect((await run('--pull often', 'true')).stderr).toContain(
      `docker: invalid pull option: 'often': must be one of "always", "missing" or "never"\n`,
    );
  });
});

it('--health-* refuses what contradicts', async () => {
  expect((await run('--no-healthcheck --health-cmd true', 'true')).stderr).toContain(
    'docker: --no-healthcheck conflicts with --health-* options\n',
  );
  expect((await run('--health-cmd true --health-interval 1us', 'true')).stderr).toContain(
    'Interval in Healthcheck cannot be less than 1ms',
  );
});

it('--volumes-from shares what another container has mounted, read-only on request', async () => {
  await guest.ok(
    'docker run --name keeper -v /data -v named:/named busybox sh -c "echo a > /data/a; echo b > /named/b"',
  );
  expect(await guest.ok('docker run --rm --volumes-from keeper busybox cat /data/a /named/b')).toBe('a\nb');
  expect(await run('--volumes-from keeper:ro', 'touch /data/c')).toMatchObject({
    exitCode: 1,
    stderr: 'touch: /data/c: Read-only file system\n',
  });
  expect((await run('--volumes-from nobody', 'true')).stderr).toContain('No such container: nobody');
  await guest.ok('docker rm -v keeper');
});

describe('files of the client', () => {
  it('--cidfile is not overwritten', async () => {
    expect(
      await guest.sh('echo old > /tmp/cid-there; docker run --rm --cidfile /tmp/cid-there busybox true'),
    ).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining(
        "docker: container ID file found, make sure the other container isn't running or delete /tmp/cid-there\n",
      ),
    });
  });

  it('--env-file must be there, and be one', async () => {
    expect((await run('--env-file /tmp/nope', 'true')).stderr).toContain(
      'docker: open /tmp/nope: no such file or directory\n',
    );
    expect(
      (await guest.sh('echo "a b=c" > /tmp/bad-env; docker run --rm --env-file /tmp/bad-env busybox true')).stderr,
    ).toContain("variable 'a b' contains whitespaces");
  });
});

describe('-it, on a terminal', () => {
  /** A shell script of the host on a terminal: what it shows, and a keyboard. */
  async function terminal(script: string) {
    const task = await guest.drydock.machine.runtime.spawn({
      argv: ['bash', '-c', script],
      env: { PATH: '/usr/bin:/bin', HOME: '/root', TERM: 'xterm' },
      cwd: '/',
      stdio: { stdin: true, tty: true, cols: 80, rows: 24 },
    });
    let shown = '';
    void (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of task.stdout) shown += decoder.decode(chunk, { stream: true });
    })();
    const keyboard = task.stdin.getWriter();
    return {
      task,
      type: (keys: string) => keyboard.write(new TextEncoder().encode(keys)),
      shows: (pattern: RegExp) => expect.poll(() => shown, { timeout: 30_000 }).toMatch(pattern),
    };
  }

  it('has a terminal of its size, is left by keys and found again by attach', async () => {
    const { task, type, shows } = await terminal(`
      docker run -it --name shell busybox sh; echo "left: $?"
      docker attach --detach-keys ctrl-x shell; echo "left again: $?"
      docker attach shell; echo "ended: $?"`);
    await shows(/# /);
    await type('tty; stty size\r');
    await shows(/\/dev\/pts\/0\r\n24 80\r\n/);
    await task.resize(100, 30);
    await type('until [ "$(stty size)" = "30 100" ]; do sleep 0.1; done; echo "re"sized\r');
    await shows(/\nresized\r\n/);
    await type('\x10\x11');
    await shows(/left: 0\r\n/);
    expect(await guest.ok("docker inspect -f '{{.State.Running}}' shell")).toBe('true');
    await type('echo "again"st\r');
    await shows(/\nagainst\r\n/);
    await type('\x18');
    await shows(/read escape sequence\r\nleft again: 1\r\n/);
    await type('exit 7\r');
    await shows(/ended: 7\r\n/);
    expect((await task.exited).exitCode).toBe(0);
  });
});
