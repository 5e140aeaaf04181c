// The guest's `docker` stub and the host's side of its sessions, together.
import { describe, expect, test } from 'vitest';
import type { CliSession } from '../../src/contracts/cli-session.ts';
import { run, sh, spawn, useMachine } from '../support/machine.ts';

const utf8 = new TextEncoder();
let onCli: (session: CliSession) => Promise<number> = async () => 0;
const guest = useMachine({ onCli: (session) => onCli(session) });

async function inputOf(session: CliSession): Promise<string> {
  return new Response(session.stdin as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}

describe('the docker stub', () => {
  test('hands over arguments, environment and directory, and brings back output and exit code', async () => {
    onCli = async ({ args, env, cwd, terminal, stdout, stderr }) => {
      await stdout.write(utf8.encode(JSON.stringify({ args, a: env['A'], cwd, terminal })));
      await stderr.write(utf8.encode('careful'));
      return 42;
    };
    const result = await run(guest.machine, 'sh', '-c', 'cd /tmp; A=1 docker run "two words" -it; echo " $?"');
    const terminal = { stdin: false, stdout: false, stderr: false };
    expect(result.stdout).toBe(
      `${JSON.stringify({ args: ['run', 'two words', '-it'], a: '1', cwd: '/tmp', terminal })} 42\n`,
    );
    expect(result.stderr).toBe('careful');
  });

  test('input is read only when it is asked for', async () => {
    onCli = async (session) => {
      if (session.args[0] === 'read') await session.stdout.write(utf8.encode(`read ${await inputOf(session)}`));
      return 0;
    };
    expect(await sh(guest.machine, 'printf a | (docker ignore; cat) | wc -c; printf abc | docker read')).toBe(
      '1\nread abc',
    );
  });

  test('large output arrives whole, and a closed pipe ends the session', async () => {
    const piece = new Uint8Array(100_000).fill(120);
    let gone = 0;
    onCli = async ({ args, stdout, gone: signal }) => {
      signal.addEventListener('abort', () => (gone += 1));
      for (let count = 0; count < Number(args[0]); count += 1) await stdout.write(piece);
      return 0;
    };
    expect(await sh(guest.machine, 'docker 50 | wc -c')).toBe('5000000');
    gone = 0;
    expect(await sh(guest.machine, 'docker 100000 | head -c 10')).toBe('xxxxxxxxxx');
    await expect.poll(() => gone).toBe(1);
  });

  test('signals reach a listener; without one the stub dies by them', async () => {
    const seen: string[] = [];
    onCli = (session) =>
      new Promise((resolve) => {
        if (session.args[0] === 'listen') {
          session.onSignal((signal) => {
            seen.push(signal);
            resolve(7);
          });
        }
        void session.stdout.write(utf8.encode('ready\n'));
      });
    for (const [mode, exitCode] of [
      ['listen', 7],
      ['deaf', 143],
    ] as const) {
      const task = await spawn(guest.machine, ['docker', mode]);
      const reader = task.stdout.getReader();
      expect(new TextDecoder().decode((await reader.read()).value)).toBe('ready\n');
      await task.signal(15);
      expect((await task.exited).exitCode).toBe(exitCode);
    }
    expect(seen).toEqual(['TERM']);
  });

  test.each(['deaf', 'terminations'] as const)('Ctrl-Z stops it, and CONT continues it: %s', async (mode) => {
    onCli = (session) =>
      new Promise((resolve) => {
        if (mode === 'terminations') session.onSignal(() => resolve(7), mode);
        void session.stdout.write(utf8.encode('ready\n'));
      });
    const script = `
      # A job of its own, as in a terminal: a group of orphans is not stopped.
      set -m
      docker > /tmp/said & pid=$!
      until grep -q ready /tmp/said; do sleep 0.05; done
      kill -TSTP $pid
      until grep -q '^State:.T' /proc/$pid/status; do sleep 0.05; done
      kill -CONT $pid; kill -INT $pid; wait -f $pid; echo "ended $?"`;
    expect((await run(guest.machine, 'bash', '-c', script)).stdout).toContain(
      mode === 'deaf' ? 'ended 130' : 'ended 7',
    );
  });

  test('files are read and written where the command was typed', async () => {
    onCli = async ({ files, stdout }) => {
      await stdout.write(await files.read('context/Dockerfile'));
      await files.write('id', utf8.encode('abc'), { exclusive: true });
      const again = await files.write('id', utf8.encode('x'), { exclusive: true }).catch((error: unknown) => error);
      await stdout.write(utf8.encode(` ${(again as { errno: number }).errno}`));
      await files.remove('context/Dockerfile');
      return 0;
    };
    const script =
      'mkdir -p /tmp/w/context && cd /tmp/w && printf FROM > context/Dockerfile && docker build && cat id && ls context';
    expect(await sh(guest.machine, script)).toBe('FROM 17abc');
  });

  test('folders are made, listed and removed where the command was typed', async () => {
    onCli = async ({ files, stdout }) => {
      await files.makeFolder('new/inner', 0o750);
      await files.write('new/inner/b', utf8.encode('1'));
      await files.write('new/inner/a b', utf8.encode('2'));
      const failure = await files.list('none').catch((error: unknown) => error);
      await stdout.write(
        utf8.encode(JSON.stringify([await files.list('new/inner'), (failure as { errno: number }).errno])),
      );
      await files.removeTree('old');
      await files.removeTree('none');
      return 0;
    };
    const script = 'mkdir -p /tmp/f/old/deep && cd /tmp/f && docker x && stat -c " %a" new/inner && ls';
    expect(await sh(guest.machine, script)).toBe('[["a b","b"],2] 750\nnew');
  });

  test('a window and raw mode on a terminal', async () => {
    onCli = async (session) => {
      const size = session.windowSize();
      await session.setRawMode(true);
      const key = await session.stdin.getReader().read();
      await session.stdout.write(utf8.encode(`${size?.cols}x${size?.rows} ${key.value?.[0]}`));
      return 0;
    };
    const task = await spawn(guest.machine, ['docker'], { stdin: true, tty: true, cols: 77, rows: 22 });
    const writer = task.stdin.getWriter();
    const reader = task.stdout.getReader();
    let text = '';
    await expect
      .poll(() => sh(guest.machine, `stty -F /proc/${task.pid}/fd/0 -a | grep -c -- -icanon || true`))
      .toBe('1');
    await writer.write(new Uint8Array([3]));
    for (let read = await reader.read(); !read.done; read = await reader.read())
      text += new TextDecoder().decode(read.value);
    expect([text, (await task.exited).exitCode]).toEqual(['77x22 3', 0]);
  });
});
