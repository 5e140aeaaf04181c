// The `drydock` command as a program: streams, exit codes, time limit, and who may talk to the server.
import { connect } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DRYDOCK, execute, useServedEngine } from '../support/served-engine.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drydock-command-'));
});
afterAll(() => rm(directory, { recursive: true }));

const drydock = (args: string[], input?: string) => execute(DRYDOCK, args, {}, input);

describe('drydock sh', () => {
  it('passes streams, arguments and the exit code', async () => {
    const result = await drydock(['sh', '-c', 'echo "$1"; cat; echo err >&2; exit 7', 'first'], 'typed');
    expect(result).toEqual({ exitCode: 7, stdout: 'first\ntyped', stderr: 'err\n' });
  });

  it('runs a file, and what comes on standard input', async () => {
    const script = join(directory, 'script.sh');
    await writeFile(script, 'echo "$0 $# $1"\n');
    expect(await drydock(['sh', script, '--flag'])).toMatchObject({ exitCode: 0, stdout: 'script.sh 1 --flag\n' });
    expect(await drydock(['sh'], 'echo from stdin; uname -s')).toMatchObject({
      exitCode: 0,
      stdout: 'from stdin\nLinux\n',
    });
  });

  it('ends after --timeout', async () => {
    const result = await drydock(['sh', '--timeout', '1', '-c', 'sleep 1000']);
    expect(result).toMatchObject({ exitCode: 124, stderr: 'drydock: ended after 1 s (--timeout)\n' });
  });

  it.each([
    [['sh', '--timeout', 'soon', '-c', 'true'], '"soon"'],
    [['sh', '--nope'], '--nope'],
    [['sh', '/no/such/file'], '"/no/such/file"'],
    [['sail'], 'drydock sail'],
    [['serve', '--listen', 'tcp://0.0.0.0:2375'], '"0.0.0.0"'],
    [['serve', '--listen', 'nonsense'], '"nonsense"'],
  ])('refuses %j', async (args, value) => {
    const { exitCode, stderr } = await drydock(args);
    expect(exitCode).toBe(125);
    expect(stderr).toContain(value);
    expect(stderr).not.toContain('    at ');
  });
});

describe('drydock serve', () => {
  const engine = useServedEngine();
  const curl = (...args: string[]) => execute('curl', ['-sS', '--unix-socket', engine.socket, ...args]);

  it('refuses a web page', async () => {
    const { stdout } = await curl(
      '-w',
      ' %{http_code}',
      '-H',
      'Origin: http://127.0.0.1',
      'http://docker/v1.50/containers/json',
    );
    expect(stdout).toMatch(/\{"message":"Refusing a request of the web page .*"\}\s* 403$/);
  });

  it('survives what is not HTTP', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(engine.socket, () => socket.end('NONSENSE\r\n\r\n'));
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('end', () => resolve(Buffer.concat(chunks).toString()));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(await curl('http://docker/_ping')).toMatchObject({ stdout: 'OK' });
  });
});
