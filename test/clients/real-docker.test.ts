// The real docker client, a process of its own, against `drydock serve`.
import { describe, expect, it } from 'vitest';
import { useServedEngine } from '../support/served-engine.ts';

const engine = useServedEngine();

describe('docker', () => {
  it('pulls and runs', async () => {
    const { exitCode, stdout, stderr } = await engine.docker('run', '--rm', 'busybox', 'echo', 'hi');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'hi\n' });
    expect(stderr).toMatch(/^Unable to find image 'busybox:latest' locally\nlatest: Pulling from library\/busybox\n/);
    expect(stderr).toContain('Status: Downloaded newer image for busybox:latest\n');
  });

  it('lists, reads logs, executes and removes', async () => {
    const created = await engine.docker(
      'run',
      '-d',
      '--name',
      'web',
      'busybox',
      'sh',
      '-c',
      'echo out; echo err >&2; sleep 1000',
    );
    expect(created.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    const id = created.stdout.slice(0, 12);

    const ps = await engine.docker('ps', '-a');
    expect(ps.stdout).toMatch(
      new RegExp(`^CONTAINER ID   IMAGE     COMMAND .*\n${id}   busybox   "sh -c 'echo out; ec…"   .* Up .*web\n$`),
    );

    expect(await engine.docker('exec', 'web', 'sh', '-c', 'echo $$; exit 3')).toMatchObject({ exitCode: 3 });
    expect(await engine.docker('logs', 'web')).toEqual({ exitCode: 0, stdout: 'out\n', stderr: 'err\n' });
    expect(await engine.docker('inspect', '-f', '{{.State.Status}} {{.Config.Cmd}}', 'web')).toMatchObject({
      stdout: 'running [sh -c echo out; echo err >&2; sleep 1000]\n',
    });
    expect(await engine.docker('kill', 'web')).toMatchObject({ exitCode: 0, stdout: 'web\n' });
    expect(await engine.docker('wait', 'web')).toMatchObject({ stdout: '137\n' });
    expect(await engine.docker('rm', 'web')).toMatchObject({ exitCode: 0, stdout: 'web\n' });
  });

  it('names the server', async () => {
    const { stdout } = await engine.docker(
      'version',
      '--format',
      '{{.Server.Version}} {{.Server.APIVersion}} {{.Server.Os}}/{{.Server.Arch}}',
    );
    expect(stdout).toBe('28.2.2 1.50 linux/386\n');
    expect((await engine.docker('info', '--format', '{{.Driver}} {{.CgroupVersion}} {{.DefaultRuntime}}')).stdout).toBe(
      'overlay2 2 crun\n',
    );
  });

  it('is told what is wrong, in the words it knows', async () => {
    expect(await engine.docker('run', 'no-such-image')).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining(
        "docker: Error response from daemon: pull access denied for no-such-image, repository does not exist or may require 'docker login'",
      ) as string,
    });
    expect(await engine.docker('inspect', 'nobody')).toMatchObject({
      exitCode: 1,
      stderr: 'Error: No such object: nobody\n',
    });
    expect(await engine.docker('run', '--rm', 'busybox', 'no-such-program')).toMatchObject({ exitCode: 127 });
    expect(await engine.docker('run', '--rm', 'busybox', '/etc/passwd')).toMatchObject({ exitCode: 126 });
  });
});
