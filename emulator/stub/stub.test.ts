// The guest's `docker` on pipes and on a real terminal, with the test as its host.
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import golden from '../../src/contracts/cli-protocol.golden.txt?raw';
import { TERMINAL } from '../../src/contracts/agent-protocol.ts';
import { buildAgent, TestAgent } from '../agent/test-agent.ts';
import { buildStub, StubHost, type StubSession } from './test-stub.ts';

const folder = mkdtempSync(join(tmpdir(), 'drydock-stub-'));
let docker = '';
let agentProgram = '';
let host: StubHost;
const running: ChildProcess[] = [];

beforeAll(async () => {
  docker = buildStub(folder);
  agentProgram = buildAgent(folder);
  host = await StubHost.listen(folder);
}, 60_000);
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true });
});

const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

interface Run {
  readonly child: ChildProcess;
  readonly session: StubSession;
  readonly open: Awaited<ReturnType<StubSession['next']>>;
  readonly output: Promise<[string, string]>;
  readonly exit: Promise<unknown[]>;
}

async function run(program: string, args: string[] = []): Promise<Run> {
  const child = spawn(program, args, { cwd: folder, stdio: 'pipe', env: { PATH: '/usr/bin:/bin', A: 'ü' } });
  running.push(child);
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const exit = once(child, 'exit');
  const session = await host.session();
  return { child, session, open: await session.next(), output, exit };
}

describe('on pipes', () => {
  test('every golden frame reads and writes the same in C', () => {
    const make = ['-s', '-C', import.meta.dirname, 'golden', 'CC=cc', `OUT=${folder}`];
    const lines = golden.trimEnd().split('\n').length;
    expect(execFileSync('make', make, { encoding: 'utf8' }).trim()).toBe(`${lines} golden frames`);
  });

  test('runs a helper: what it is given, what it prints, how it ends', async () => {
    const { session, exit } = await run(docker);
    const script = 'cat; echo "2 gone" >&2; exit 3';
    expect(await session.ask({ type: 'start', id: 1, argv: ['sh', '-c', script] })).toMatchObject({
      type: 'done',
      errno: 0,
    });
    expect(await session.ask({ type: 'start', id: 2, argv: ['true'] })).toMatchObject({ type: 'done', errno: 16 });
    expect(await session.ask({ type: 'give', id: 3, content: bytes('abc') })).toMatchObject({ errno: 0 });
    expect(await session.ask({ type: 'take', id: 4, length: 100 })).toMatchObject({ id: 4, content: bytes('abc') });
    const end = await session.ask({ type: 'finish', id: 5, cancel: 0 });
    expect(end).toEqual({ type: 'finished', id: 5, code: 3, message: '2 gone' });
    expect(await session.ask({ type: 'start', id: 6, argv: ['no-such-program'] })).toMatchObject({ errno: 2 });
    expect(await session.ask({ type: 'start', id: 7, argv: ['sleep', '1000'] })).toMatchObject({ errno: 0 });
    expect(await session.ask({ type: 'finish', id: 8, cancel: 1 })).toMatchObject({ type: 'finished', code: 143 });
    session.exit();
    await exit;
  });

  test('tells what was typed, prints what it is told, exits as it is told', async () => {
    const { session, open, output, exit } = await run(docker, ['run', '', 'größe']);
    expect(open).toMatchObject({ argv: [docker, 'run', '', 'größe'], cwd: folder, terminal: 0, cols: 0, rows: 0 });
    expect(open.type === 'open' && open.env).toContain('A=ü');
    session.send(
      { type: 'stdout', id: 0, content: bytes('out\n') },
      { type: 'stderr', id: 0, content: bytes('err\n') },
    );
    session.exit(125);
    expect(await output).toEqual(['out\n', 'err\n']);
    expect(await exit).toEqual([125, null]);
  });

  test('dies by the signal it is told', async () => {
    const { session, exit } = await run(docker);
    session.exit(0, 2);
    expect(await exit).toEqual([null, 'SIGINT']);
  });

  test('carries much output whole, and dies when nobody reads it', async () => {
    const script = `${docker} | head -c 2000000 | md5sum; echo "\${PIPESTATUS[0]}"`;
    const { session, output, exit } = await run('bash', ['-c', script]);
    const line = bytes(`${'x'.repeat(99)}\n`);
    for (let i = 0; i < 40_000; i++) session.send({ type: 'stdout', id: 0, content: line });
    await exit;
    const sum = createHash('md5').update(Buffer.alloc(2_000_000, line)).digest('hex');
    expect((await output)[0]).toBe(`${sum}  -\n141\n`);
  });

  test('reads stdin only when asked, and leaves the rest to the next program', async () => {
    const { child, session, output, exit } = await run('sh', ['-c', `${docker}; cat`]);
    child.stdin?.end('for docker, for cat');
    expect(await session.ask({ type: 'pull', id: 0, bytes: 12 })).toMatchObject({ content: bytes('for docker, ') });
    session.exit();
    expect((await output)[0]).toBe('for cat');
    await exit;
  });

  test('reports the end of stdin', async () => {
    const { child, session } = await run(docker);
    child.stdin?.end('x');
    expect(await session.ask({ type: 'pull', id: 0, bytes: 100 })).toMatchObject({ content: bytes('x') });
    expect(await session.ask({ type: 'pull', id: 0, bytes: 100 })).toMatchObject({ content: bytes('') });
    session.exit();
  });

  test('says so when nobody serves it, or its host goes away', async () => {
    const nobody = mkdtempSync(join(folder, 'nobody-'));
    const result = spawnSync(buildStub(nobody), { encoding: 'utf8' });
    expect(result.stderr).toBe(
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n',
    );
    expect(result.status).toBe(1);
    for (const end of [(s: StubSession) => s.hangUp(), (s: StubSession) => s.sendRaw(new Uint8Array(20))]) {
      const { session, output, exit } = await run(docker);
      end(session);
      expect((await output)[1]).toContain('the connection to the Docker daemon was lost');
      expect(await exit).toEqual([1, null]);
    }
  });

  test('reads, writes and removes files for the client', async () => {
    const { session } = await run(docker);
    writeFileSync(join(folder, 'env'), '0123456789');
    const read = { type: 'read', id: 1, path: 'env', offset: 8, length: 100 } as const;
    expect(await session.ask(read)).toEqual({ type: 'content', id: 1, content: bytes('89') });
    expect(await session.ask({ ...read, path: 'missing' })).toMatchObject({ type: 'done', id: 1, errno: 2 });
    expect(await session.ask({ ...read, path: '.' })).toMatchObject({ type: 'done', errno: 21 });
    expect(await session.ask({ ...read, length: 2 ** 31 })).toMatchObject({ type: 'done', errno: 22 });
    const write = { type: 'write', id: 2, path: 'cid', mode: 0o600, flags: 2, content: bytes('abc') } as const;
    expect(await session.ask(write)).toMatchObject({ type: 'done', id: 2, errno: 0 });
    expect(await session.ask(write)).toMatchObject({ errno: 17 });
    expect(await session.ask({ ...write, flags: 1 })).toMatchObject({ errno: 0 });
    expect(readFileSync(join(folder, 'cid'), 'utf8')).toBe('abcabc');
    expect(statSync(join(folder, 'cid')).mode & 0o777).toBe(0o600);
    expect(await session.ask({ type: 'remove', id: 3, path: 'cid' })).toMatchObject({ errno: 0 });
    expect(existsSync(join(folder, 'cid'))).toBe(false);
    session.exit();
  });
});

describe('signals', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP', 'SIGUSR1'] as const)('%s ends it', async (signal) => {
    const { child, session, exit } = await run(docker);
    child.kill(signal);
    expect(await exit).toEqual([null, signal]);
    await session.closed;
  });

  test('go to the client while it wants them', async () => {
    const { child, session, exit } = await run(docker);
    session.send({ type: 'catchSignals', id: 0, on: 1 });
    // The answer to a request that came later: the one before is done.
    await session.ask({ type: 'remove', id: 1, path: 'missing' });
    child.kill('SIGINT');
    expect(await session.next()).toMatchObject({ type: 'signal', signal: 2 });
    child.kill('SIGTERM');
    expect(await session.next()).toMatchObject({ type: 'signal', signal: 15 });
    session.send({ type: 'catchSignals', id: 0, on: 0 });
    await session.ask({ type: 'remove', id: 1, path: 'missing' });
    child.kill('SIGTERM');
    expect(await exit).toEqual([null, 'SIGTERM']);
  });

  test('ignored ones stay ignored', async () => {
    const { child, session, exit } = await run('sh', ['-c', `trap "" HUP; exec ${docker}`]);
    child.kill('SIGHUP');
    await session.ask({ type: 'remove', id: 1, path: 'missing' });
    session.exit(3);
    expect(await exit).toEqual([3, null]);
  });
});

describe('on a terminal', () => {
  const COOKED = /\sopost\s[^]*\sisig icanon[^]*\secho\s/;
  let agent: TestAgent;
  afterEach(() => agent.stop());

  async function shell(script: string): Promise<StubSession> {
    agent = await TestAgent.ready(agentProgram, folder);
    const options = { terminal: TERMINAL.pty, cols: 100, rows: 30, stdin: 1, stdout: 2 };
    await agent.spawn(['bash', '-c', `tty; ${script}`], options);
    await agent.until(() => tty() !== '');
    return host.session();
  }
  const isRaw = (): boolean => !COOKED.test(execFileSync('stty', ['-a', '-F', tty()], { encoding: 'utf8' }));
  const tty = (): string => /(\/dev\/pts\/\d+)\r\n/.exec(agent.text(2))?.[1] ?? '';

  test('size, resize, raw mode, and the mode restored at the end', async () => {
    const session = await shell(`${docker}; stty -a`);
    expect(await session.next()).toMatchObject({ type: 'open', terminal: 7, cols: 100, rows: 30 });
    await agent.ask({ type: 'resize', stream: 2, cols: 120, rows: 40 });
    expect(await session.next()).toMatchObject({ type: 'resize', cols: 120, rows: 40 });
    session.send({ type: 'raw', id: 0, on: 1 });
    await session.ask({ type: 'remove', id: 1, path: 'missing' });
    expect(isRaw()).toBe(true);
    agent.write(1, '\x03');
    expect(await session.ask({ type: 'pull', id: 0, bytes: 100 })).toMatchObject({
      type: 'stdin',
      content: bytes('\x03'),
    });
    session.send({ type: 'raw', id: 0, on: 0 });
    await session.ask({ type: 'remove', id: 1, path: 'missing' });
    expect(isRaw()).toBe(false);
    session.send({ type: 'raw', id: 0, on: 1 });
    session.exit();
    expect(await agent.all(2)).toMatch(COOKED);
  });

  test.each(['TERM', 'HUP', 'INT'])('a raw terminal is restored when SIG%s ends it', async (signal) => {
    const session = await shell(`trap : HUP INT; sh -c 'echo pid $$.; exec ${docker}'; stty -a`);
    await session.next();
    session.send({ type: 'raw', id: 0, on: 1 });
    await session.ask({ type: 'remove', id: 1, path: 'missing' });
    expect(isRaw()).toBe(true);
    await agent.until(() => /pid \d+\./.test(agent.text(2)));
    const pid = /pid (\d+)\./.exec(agent.text(2))?.[1] ?? '';
    execFileSync('kill', [`-${signal}`, pid]);
    expect(await agent.all(2)).toMatch(COOKED);
  });

  test('Ctrl-Z stops it, fg continues it', async () => {
    const session = await shell(`set -m; ${docker}; echo "stopped $?"; fg >/dev/null; echo "ended $?"`);
    await session.next();
    agent.write(1, '\x1a');
    expect(await session.next()).toMatchObject({ type: 'signal', signal: 20 });
    // As the host does: the stub stops between two reads of the channel.
    session.send({ type: 'catchSignals', id: 0, on: 0 });
    await agent.until(() => agent.text(2).includes('stopped 148'));
    session.exit(5);
    expect(await agent.all(2)).toContain('ended 5');
  });

  test('tells the name it was called by', async () => {
    const session = await shell(`cd ${folder}; exec -a docker-compose ${docker} up`);
    expect(await session.next()).toMatchObject({ argv: ['docker-compose', 'up'] });
    session.exit();
    await agent.ended(2);
  });
});
