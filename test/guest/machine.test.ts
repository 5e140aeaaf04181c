// The machine on the real guest: processes and their streams, terminals, files, and recovery from a broken channel.
import { describe, expect, test, vi } from 'vitest';
import { T } from '../../src/machine/p9/p9-constants.ts';
import { P9Server } from '../../src/machine/p9/p9-server.ts';
import { ENV, resultOf, run, sh, spawn, useMachine } from '../support/machine.ts';

const guest = useMachine();
const utf8 = new TextEncoder();

/** Reads until `text` came. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, text: string): Promise<string> {
  const decoder = new TextDecoder();
  let seen = '';
  while (!seen.includes(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The stream ended before ${JSON.stringify(text)}: ${JSON.stringify(seen)}`);
    seen += decoder.decode(value, { stream: true });
  }
  return seen;
}

describe('processes', () => {
  test('uname, standard error and exit codes', async () => {
    expect((await run(guest.machine, 'uname', '-sm')).stdout).toBe('Linux i686\n');
    expect(await run(guest.machine, 'sh', '-c', 'echo out; echo err >&2; exit 3')).toEqual({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect((await run(guest.machine, 'sh', '-c', 'kill -9 $$')).exitCode).toBe(137);
    expect(guest.machine.runtime.host.kernelVersion).toBe((await run(guest.machine, 'uname', '-r')).stdout.trim());
  });

  test('a program that is not there is refused with ENOENT', async () => {
    await expect(spawn(guest.machine, ['no-such-program'])).rejects.toMatchObject({ code: 'guest', errno: 2 });
  });

  test('input arrives, and its end', async () => {
    const task = await spawn(guest.machine, ['wc', '-c'], { stdin: true });
    const writer = task.stdin.getWriter();
    for (let piece = 0; piece < 10; piece += 1) await writer.write(new Uint8Array(100_000));
    await writer.close();
    expect((await resultOf(task)).stdout.trim()).toBe('1000000');
  });

  test('many at once do not mix', async () => {
    const outputs = await Promise.all(Array.from({ length: 20 }, (_, index) => sh(guest.machine, `echo ${index}`)));
    expect(outputs).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
  });

  test('`yes` is held back while nobody reads, and another stream flows meanwhile', async () => {
    const task = await spawn(guest.machine, ['yes']);
    const reader = task.stdout.getReader();
    await readUntil(reader, 'y\n');
    // What is written meanwhile fits into the window and the pipe; the rest of `yes` waits.
    expect(await sh(guest.machine, 'echo still here')).toBe('still here');
    const position = `cat /proc/${task.pid}/io 2>/dev/null || cat /proc/${task.pid}/stat`;
    let before = '';
    await expect
      .poll(async () => {
        const last = before;
        before = await sh(guest.machine, position);
        return last === before;
      })
      .toBe(true);
    let bytes = 0;
    while (bytes < 4_000_000) bytes += (await reader.read()).value?.length ?? 0;
    await task.signal(15);
    while (!(await reader.read()).done);
    expect((await task.exited).exitCode).toBe(143);
  });
});

describe('terminals', () => {
  test('a shell on a pty: prompt, window size, echo, Ctrl-C', async () => {
    const task = await guest.machine.runtime.spawn({
      argv: ['sh'],
      env: { ...ENV, PS1: 'ready> ', TERM: 'dumb' },
      cwd: '/',
      stdio: { stdin: true, tty: true, cols: 91, rows: 17 },
    });
    const reader = task.stdout.getReader();
    const writer = task.stdin.getWriter();
    const type = (text: string) => writer.write(utf8.encode(text));
    await readUntil(reader, 'ready> ');
    await type('stty size\r');
    expect(await readUntil(reader, 'ready> ')).toContain('17 91');
    await task.resize(120, 40);
    await type('stty size\r');
    expect(await readUntil(reader, 'ready> ')).toContain('40 120');
    // Its echo and then cat's own line: the program runs.
    await type('cat\rhello\r');
    await readUntil(reader, 'hello\r\nhello\r\n');
    await type('\x03');
    await readUntil(reader, 'ready> ');
    await type('exit 5\r');
    while (!(await reader.read()).done);
    expect((await task.exited).exitCode).toBe(5);
  });
});

describe('files', () => {
  test('are written, appended, listed, read and removed', async () => {
    const { files } = guest.machine.runtime;
    const large = new Uint8Array(1_500_000).map((_, index) => index);
    await files.mkdir('/tmp/d/e');
    await files.write('/tmp/d/large', large, { mode: 0o600 });
    await files.write('/tmp/d/large', utf8.encode('end'), { append: true });
    expect(await files.stat('/tmp/d/large')).toMatchObject({ kind: 'file', mode: 0o600, bytes: 1_500_003 });
    const read = await files.read('/tmp/d/large');
    expect(Buffer.compare(read.subarray(0, large.length), large)).toBe(0);
    expect(await files.list('/tmp/d')).toEqual(['e', 'large']);
    await files.remove('/tmp/d');
    await expect(files.stat('/tmp/d')).rejects.toMatchObject({ code: 'guest', errno: 2 });
    await files.remove('/tmp/d');
  });

  test('the workspace is an ordinary file system to the guest', async () => {
    const script = `cd /workspace && mkdir -p a/b && echo one > a/b/f && ln -s f a/b/l && cp -a a c && mv c/b/f c/g &&
      echo two >> c/g && chmod 751 c/g && touch -d 2020-01-02T03:04:05Z c/g && cat a/b/l c/g && rm -r a &&
      stat -c '%a %s %Y' c/g && find . | sort && rm -r c`;
    expect(await sh(guest.machine, script)).toBe('one\none\ntwo\n751 8 1577934245\n.\n./c\n./c/b\n./c/b/l\n./c/g');
  });

  test('the host’s side of /host is read-only', async () => {
    const refused = await run(guest.machine, 'sh', '-c', 'touch /host/x; mkdir /host/blobs/x; cat /host/agent');
    expect(refused.stderr.match(/Read-only file system/g)).toHaveLength(2);
    expect(refused.stderr).toContain('No such device or address');
  });
});

test('connections to a socket of the guest arrive, with half-close', async () => {
  const stop = new AbortController();
  const serving = (async () => {
    for await (const peer of guest.machine.runtime.listen('/run/test.sock', 0o600, stop.signal)) {
      const question = await new Response(peer.readable).text();
      const writer = peer.writable.getWriter();
      await writer.write(utf8.encode(`you said ${question}`));
      await writer.close();
    }
  })();
  await expect.poll(() => sh(guest.machine, 'stat -c %F /run/test.sock 2>/dev/null || true')).toBe('socket');
  expect(await sh(guest.machine, 'printf hello | nc -N -U /run/test.sock')).toBe('you said hello');
  stop.abort();
  await serving;
  expect((await run(guest.machine, 'nc', '-N', '-U', '/run/test.sock')).exitCode).not.toBe(0);
});

test('a malformed frame closes the channel with a reason, and the guest comes back', async () => {
  const original = P9Server.prototype.handle;
  const spy = vi.spyOn(P9Server.prototype, 'handle').mockImplementation(function (this: P9Server, message, reply) {
    const bytes = message.slice();
    // The next thing that the agent says: its frame's size becomes nonsense. Twrite: header, fid, offset, count, data.
    if (bytes[4] === T.write && bytes.length > 23 + 9) {
      bytes.fill(0xff, 23, 27);
      spy.mockRestore();
    }
    original.call(this, bytes, reply);
  });
  await expect(guest.machine.runtime.files.stat('/')).rejects.toMatchObject({ code: 'machine' });
  expect(guest.log.at(-1)).toContain('Cannot read frame');
  expect(await sh(guest.machine, 'echo recovered')).toBe('recovered');
});

test('a paused guest does nothing, and goes on afterwards', async () => {
  const task = await spawn(guest.machine, ['sh', '-c', 'read line; echo "got $line"'], { stdin: true });
  await guest.machine.pause();
  const writer = task.stdin.getWriter();
  await writer.write(utf8.encode('x\n'));
  const answer = task.stdout.getReader().read();
  const early = await Promise.race([answer.then(() => 'answered'), new Promise((r) => setImmediate(() => r('quiet')))]);
  expect(early).toBe('quiet');
  await guest.machine.resume();
  expect(new TextDecoder().decode((await answer).value)).toBe('got x\n');
});
