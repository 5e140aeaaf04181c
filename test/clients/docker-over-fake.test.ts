// The real docker client against the engine over the fake runtime: what it parses, prints and exits with, in milliseconds.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenEngine } from '../../src/node/http-server.ts';
import type { EngineServer } from '../../src/node/http-server.ts';
import { createTestEngine } from '../support/test-engine.ts';
import type { TestEngine } from '../support/test-engine.ts';

interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

let directory: string;
let server: EngineServer;
let t: TestEngine;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drydock-fake-'));
  t = createTestEngine();
  server = await listenEngine({ kind: 'unix', path: join(directory, 'd.sock') }, t.engine);
});

afterEach(async () => {
  await server.close();
  await t.engine.close();
  await rm(directory, { recursive: true });
});

function docker(args: string, input = ''): Promise<Result> {
  const env = { ...process.env, DOCKER_HOST: `unix://${directory}/d.sock`, DOCKER_CONFIG: join(directory, 'config') };
  return new Promise((resolve) => {
    const child = execFile('docker', args.split(' '), { env, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

describe('docker run', () => {
  it('prints both outputs and exits with the container’s code', async () => {
    expect(await docker('run --rm busybox both')).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
    expect((await docker('ps -aq')).stdout).toBe('');
  });

  it('-i carries stdin to its end', async () => {
    expect(await docker('run --rm -i busybox cat', 'piped\n')).toEqual({ exitCode: 0, stdout: 'piped\n', stderr: '' });
  });

  it.each([
    ['run --rm busybox nope', 127, 'exec: "nope": executable file not found in $PATH: unknown'],
    ['run -m 1m busybox true', 125, 'docker: Error response from daemon: Minimum memory limit allowed is 6MB'],
    ['run --network nowhere busybox true', 125, 'failed to set up container networking: network nowhere not found'],
    ['run --rm -u nobody busybox true', 125, 'unable to find user nobody: no matching entries in passwd file'],
  ])('%s exits with %i', async (args, exitCode, message) => {
    const result = await docker(args);
    expect(result).toMatchObject({ exitCode, stderr: expect.stringContaining(message) });
  });
});

describe('a detached container', () => {
  beforeEach(async () => {
    expect(await docker('run -d --name web busybox sleep 1000')).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('is listed', async () => {
    const { stdout } = await docker('ps --format {{.Names}}|{{.Image}}|{{.Command}}|{{.State}}|{{.Networks}}');
    expect(stdout).toBe('web|busybox|"sleep 1000"|running|bridge\n');
  });

  it('runs other programs, with their output and exit codes', async () => {
    expect(await docker('exec web echo inside')).toEqual({ exitCode: 0, stdout: 'inside\n', stderr: '' });
    expect(await docker('exec web false')).toMatchObject({ exitCode: 1 });
    expect(await docker('exec -i web cat', 'in')).toMatchObject({ exitCode: 0, stdout: 'in' });
    expect(await docker('exec web nope')).toMatchObject({
      exitCode: 127,
      stdout: expect.stringContaining('executable file not found in $PATH'),
    });
  });

  it('pauses, restarts, is renamed, stops, waits and goes', async () => {
    expect(await docker('pause web')).toMatchObject({ stdout: 'web\n' });
    expect((await docker('exec web true')).stderr).toContain(
      'Container web is paused, unpause the container before exec',
    );
    expect(await docker('unpause web')).toMatchObject({ stdout: 'web\n' });
    expect(await docker('restart -t 1 web')).toMatchObject({ stdout: 'web\n' });
    expect(await docker('rename web app')).toMatchObject({ exitCode: 0 });
    expect((await docker('rm app')).stderr).toContain('cannot remove container "app": container is running');
    expect(await docker('stop app')).toMatchObject({ stdout: 'app\n' });
    expect(await docker('wait app')).toMatchObject({ stdout: '143\n' });
    expect(await docker('rm app')).toMatchObject({ stdout: 'app\n' });
    expect(await docker('rm app')).toMatchObject({
      exitCode: 1,
      stderr: 'Error response from daemon: No such container: app\n',
    });
  });

  it('is inspected', async () => {
    const { stdout } = await docker('inspect web');
    expect(JSON.parse(stdout)).toMatchObject([
      { Name: '/web', State: { Status: 'running' }, NetworkSettings: { Networks: { bridge: {} } } },
    ]);
  });
});

it('docker logs separates the outputs, and adds times', async () => {
  await docker('run --name done busybox both');
  expect(await docker('logs done')).toEqual({ exitCode: 0, stdout: 'out\n', stderr: 'err\n' });
  expect((await docker('logs --timestamps --tail 1 done')).stderr).toMatch(/^\d{4}-\d\d-\d\dT\S+Z err\n$/);
});

it('docker events tells what happened', async () => {
  await docker('run --rm busybox true');
  const { stdout } = await docker(`events --since 1 --until ${Math.ceil(Date.now() / 1000)} --format {{.Action}}`);
  expect(stdout.trim().split('\n')).toEqual('create attach connect start disconnect die destroy'.split(' '));
});

it('docker version, info and network ls read the engine', async () => {
  expect(
    (await docker('version --format {{.Server.Version}}/{{.Server.APIVersion}}/{{.Server.Platform.Name}}')).stdout,
  ).toBe('28.2.2/1.50/Drydock\n');
  expect((await docker('info --format {{.Driver}}/{{.CgroupVersion}}/{{.OperatingSystem}}')).stdout).toBe(
    'overlay2/2/Fake Linux\n',
  );
  expect((await docker('network ls --format {{.Name}}/{{.Driver}}')).stdout).toBe(
    'bridge/bridge\nhost/host\nnone/null\n',
  );
});
