// Processes of the agent: stdio, terminals, exits, and the ways a start can fail.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TERMINAL } from '../../src/contracts/agent-protocol.ts';
import type { TestAgent } from './test-agent.ts';
import { useAgent } from './use-agent.ts';

let agent: TestAgent;
const { folder } = useAgent((started) => (agent = started));

describe('pipes', () => {
  test('carries stdin, stdout and stderr, and the exit code', async () => {
    const { id } = await agent.spawn(['sh', '-c', 'read line; echo "got $line"; echo oops >&2; exit 7'], {
      stdin: 1,
      stdout: 2,
      stderr: 3,
    });
    agent.write(1, 'hällo\n');
    expect(await agent.all(2)).toBe('got hällo\n');
    expect(await agent.all(3)).toBe('oops\n');
    expect(await agent.exited(id)).toMatchObject({ code: 7, signal: 0 });
  });

  test('the end of stdin reaches the program', async () => {
    await agent.spawn(['wc', '-c'], { stdin: 1, stdout: 2 });
    agent.write(1, '12345');
    agent.end(1);
    expect((await agent.all(2)).trim()).toBe('5');
  });

  test('streams that nobody asked for are /dev/null, and fd 3 is closed', async () => {
    await agent.spawn(['sh', '-c', 'readlink /proc/self/fd/0 /proc/self/fd/2; ls /proc/self/fd'], { stdout: 2 });
    const [stdin, stderr, ...fds] = (await agent.all(2)).trim().split('\n');
    expect([stdin, stderr]).toEqual(['/dev/null', '/dev/null']);
    // The last is of `ls` itself, reading the directory.
    expect(fds).toEqual(['0', '1', '2', '3']);
  });

  test('fd 3 carries the status', async () => {
    await agent.spawn(['sh', '-c', 'echo out; echo status >&3'], { stdout: 2, status: 4 });
    expect(await agent.all(4)).toBe('status\n');
    expect(await agent.all(2)).toBe('out\n');
  });

  test('environment, working directory, session, umask and signals are those of an ordinary process', async () => {
    const script =
      'echo "$A|$(pwd)|$(umask)|$(ulimit -n)"; grep -E "^Sig(Blk|Ign)" /proc/self/status; ps -o sid= -p $$; echo $$';
    await agent.spawn(['sh', '-c', script], { stdout: 2, env: ['PATH=/usr/bin:/bin', 'A=b'], cwd: '/usr' });
    const [first, blocked, ignored, session, pid] = (await agent.all(2)).trim().split('\n');
    expect(first).toBe('b|/usr|0022|1024');
    expect(blocked).toMatch(/\t0+$/);
    expect(ignored).toMatch(/\t0+$/);
    expect(session?.trim()).toBe(pid);
  });

  test('a program that stops reading is told to the host', async () => {
    await agent.spawn(['sh', '-c', 'exec <&-; read x <&3'], { stdin: 1, stdout: 2 });
    expect(await agent.ended(1)).toMatchObject({ type: 'reset', errno: 32 });
  });
});

describe('exits', () => {
  test('by a signal', async () => {
    const { id, pid } = await agent.spawn(['sleep', '100']);
    expect(await agent.ask({ type: 'signal', pid, signal: 15 })).toMatchObject({ type: 'ok' });
    expect(await agent.exited(id)).toMatchObject({ code: 0, signal: 15 });
    expect(await agent.ask({ type: 'signal', pid, signal: 15 })).toMatchObject({ type: 'failed', errno: 3 });
  });

  test.each([0, 0xffff_ffff])('refuses to signal %d, a group', async (pid) => {
    expect(await agent.ask({ type: 'signal', pid, signal: 0 })).toMatchObject({ type: 'failed', errno: 22 });
  });

  test('many at once are all reported, and orphans are reaped', async () => {
    const children = await Promise.all(
      Array.from({ length: 50 }, (_, code) => agent.spawn(['sh', '-c', `sleep 0 & exit ${code}`])),
    );
    const codes = await Promise.all(children.map(async ({ id }) => agent.exited(id)));
    expect(codes.map((message) => message.type === 'exited' && message.code)).toEqual(children.map((_, code) => code));
    const { id } = await agent.spawn(['sh', '-c', 'while ps -o stat= --ppid $PPID | grep -q Z; do :; done']);
    expect(await agent.exited(id)).toMatchObject({ code: 0 });
  });
});

describe('starts that fail', () => {
  const spawn = {
    type: 'spawn',
    env: ['PATH=/bin'],
    cwd: '/',
    terminal: 0,
    cols: 0,
    rows: 0,
    console: '',
    keep: '',
  } as const;
  const streams = { stdin: 1, stdout: 2, stderr: 3, status: 4 };

  test.each([
    ['no such program', { argv: ['no-such-program'] }, 2, 'Cannot run no-such-program: No such file or directory'],
    ['not executable', { argv: ['/etc/passwd'] }, 13, 'Cannot run /etc/passwd: Permission denied'],
    ['a directory', { argv: ['/tmp'] }, 13, 'Cannot run /tmp: Permission denied'],
    ['no such directory', { argv: ['true'], cwd: '/nowhere' }, 2, 'true, /nowhere: No such file or directory'],
    ['nothing', { argv: [] }, 22, 'Cannot run nothing'],
    ['a stream twice', { argv: ['true'], stdin: 2 }, 22, 'Cannot use stream 2'],
    ['a stream of ours', { argv: ['true'], stdin: 0x8000_0001 }, 22, 'Cannot use stream'],
    ['an unknown terminal', { argv: ['true'], terminal: 9 }, 22, 'Cannot make terminal 9'],
    ['a console nowhere', { argv: ['true'], terminal: 2, console: '/nowhere/c' }, 2, 'Cannot bind to /nowhere/c'],
  ])('%s', async (_what, change, errno, text) => {
    const answer = await agent.ask({ ...spawn, ...streams, ...change });
    expect(answer).toMatchObject({ type: 'failed', errno });
    expect(answer.type === 'failed' && answer.message).toContain(text);
    // Nothing stays behind: the same streams serve the next one.
    await agent.spawn(['echo', 'fine'], streams);
    expect(await agent.all(2)).toBe('fine\n');
  });

  test('looks on in PATH after a program that may not be run', async () => {
    await agent.spawn(['passwd-or-true'], { stdout: 2 }).then(
      () => expect.unreachable(),
      () => undefined,
    );
    await agent.spawn(['true'], { stdout: 2, env: ['PATH=/etc/passwd:/nowhere:/etc:/usr/bin'] });
    expect(await agent.all(2)).toBe('');
  });
});

describe('terminals', () => {
  const pty = { terminal: TERMINAL.pty, cols: 80, rows: 24, stdin: 1, stdout: 2 };

  test('a shell in one: size, resize, echo, Ctrl-C, hang-up at the end', async () => {
    const { id } = await agent.spawn(
      ['sh', '-c', 'trap "stty size" WINCH; trap "echo INT" INT; stty size; cat; read x; tty'],
      pty,
    );
    await agent.until(() => agent.text(2).includes('24 80\r\n'));
    expect(await agent.ask({ type: 'resize', stream: 2, cols: 132, rows: 50 })).toMatchObject({ type: 'ok' });
    agent.write(1, 'typed\n');
    await agent.until(() => agent.text(2).split('typed\r\n').length === 3);
    agent.write(1, '\x03');
    await agent.until(() => agent.text(2).includes('INT\r\n') && agent.text(2).includes('50 132\r\n'));
    agent.write(1, 'x\n');
    expect(await agent.all(2)).toMatch(/\/dev\/pts\/\d+\r\n$/);
    expect(await agent.exited(id)).toMatchObject({ code: 0 });
    expect(await agent.ended(1)).toMatchObject({ type: 'reset', errno: 0 });
  });

  test('a host that resets the output hangs the terminal up', async () => {
    const { id } = await agent.spawn(['cat'], pty);
    agent.send({ type: 'reset', id: 2, errno: 0 });
    expect(await agent.exited(id)).toMatchObject({ signal: 1 });
  });

  test('only terminals can be resized', async () => {
    await agent.spawn(['cat'], { stdin: 1, stdout: 2 });
    expect(await agent.ask({ type: 'resize', stream: 2, cols: 1, rows: 1 })).toMatchObject({
      type: 'failed',
      errno: 25,
    });
    expect(await agent.ask({ type: 'resize', stream: 9, cols: 1, rows: 1 })).toMatchObject({
      type: 'failed',
      errno: 25,
    });
  });

  const handOver = (script: string): string[] => {
    const python = `
import os, pty, socket, subprocess, sys
master, slave = pty.openpty()
child = subprocess.Popen(["sh", "-c", sys.argv[2]], stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
os.close(slave)
channel = socket.socket(socket.AF_UNIX)
channel.connect(sys.argv[1])
socket.send_fds(channel, [b"/dev/pts/0"], [master])
os.close(master)
print("handed over", file=sys.stderr, flush=True)
sys.exit(child.wait())`;
    return ['python3', '-c', python, join(folder, 'console'), script];
  };
  const console = { terminal: TERMINAL.consoleSocket, cols: 90, rows: 30, console: join(folder, 'console') };
  const env = [`PATH=${process.env['PATH'] ?? ''}`];

  test('one that comes through a console socket', async () => {
    const options = { ...console, env, stdin: 1, stdout: 2, stderr: 3 };
    const { id } = await agent.spawn(handOver('read x; stty size; echo $x; exit 3'), options);
    agent.write(1, 'early\n');
    await agent.until(() => agent.text(3) === 'handed over\n');
    expect(await agent.all(2)).toContain('30 90\r\nearly\r\n');
    expect(await agent.exited(id)).toMatchObject({ code: 3 });
  });

  test('a console socket that nobody uses ends with its process', async () => {
    const { id } = await agent.spawn(['false'], { ...console, stdin: 1, stdout: 2 });
    expect(await agent.exited(id)).toMatchObject({ code: 1 });
    expect(await agent.ended(2)).toMatchObject({ type: 'end' });
    expect(await agent.ended(1)).toMatchObject({ type: 'reset' });
    expect(await agent.ask({ type: 'stat', path: console.console })).toMatchObject({ type: 'failed', errno: 2 });
  });
});
