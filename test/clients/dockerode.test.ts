// The life of a container as dockerode drives it: every call answers with the body and status that Docker's API documents.
import type { Container } from 'dockerode';
import { describe, expect, it } from 'vitest';
import { duplexOf, readUntil, useDockerode } from '../support/dockerode.ts';

const client = useDockerode();

/** Runs a script with a trap, and waits until the trap is set: a signal before would be lost. */
async function runTrap(trap: string): Promise<Container> {
  const container = await client.run(['sh', '-c', `trap ${trap}; echo ready; while :; do sleep 0.1; done`]);
  const log = await container.logs({ stdout: true, follow: true });
  await readUntil(log, 'ready');
  duplexOf(log as NodeJS.ReadWriteStream).destroy();
  return container;
}

describe('a container', () => {
  it('is created, started, waited for and removed', async () => {
    const container = await client.docker.createContainer({
      Image: 'busybox',
      name: 'one',
      Cmd: ['sh', '-c', 'exit 3'],
      Labels: { purpose: 'test' },
    });
    expect(container.id).toMatch(/^[0-9a-f]{64}$/);
    expect((await container.inspect()).State).toMatchObject({ Status: 'created', Running: false, Pid: 0 });
    const waited = container.wait({ condition: 'next-exit' });
    await container.start();
    expect(await waited).toEqual({ StatusCode: 3 });
    expect((await container.inspect()).State).toMatchObject({ Status: 'exited', Running: false, ExitCode: 3 });
    await container.remove();
    await expect(container.inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  it('is inspected in full', async () => {
    const container = await client.run(['sleep', '1000'], {
      name: 'inspected',
      Env: ['A=1'],
      Labels: { a: 'b' },
      WorkingDir: '/tmp',
      HostConfig: { Memory: 64 * 1024 * 1024, NanoCpus: 5e8, PidsLimit: 50 },
    });
    const info = await container.inspect();
    expect(info).toMatchObject({
      Id: container.id,
      Name: '/inspected',
      Path: 'sleep',
      Args: ['1000'],
      Driver: 'overlay2',
      Platform: 'linux',
      State: { Status: 'running', Running: true, Paused: false, Restarting: false, OOMKilled: false, Dead: false },
      Config: { Image: 'busybox', WorkingDir: '/tmp', Labels: { a: 'b' }, Cmd: ['sleep', '1000'] },
      HostConfig: { Memory: 64 * 1024 * 1024, NanoCpus: 5e8, PidsLimit: 50 },
    });
    expect(info.Config.Env).toContain('A=1');
    expect(info.State.Pid).toBeGreaterThan(1);
    expect(Date.parse(info.State.StartedAt)).toBeGreaterThanOrEqual(Date.parse(info.Created));
  });

  it('stops at its signal, starts again, and restarts', async () => {
    const container = await runTrap('"exit 5" TERM');
    await container.stop({ t: 20 });
    expect((await container.inspect()).State).toMatchObject({ Status: 'exited', ExitCode: 5 });
    await expect(container.stop()).rejects.toMatchObject({ statusCode: 304 });
    await container.start();
    await expect(container.start()).rejects.toMatchObject({ statusCode: 304 });
    const { Pid } = (await container.inspect()).State;
    await container.restart({ t: 0 });
    const { State, RestartCount } = await container.inspect();
    expect(State.Running).toBe(true);
    expect(State.Pid).not.toBe(Pid);
    // Only the restart policy counts.
    expect(RestartCount).toBe(0);
  });

  it('takes a signal', async () => {
    const container = await runTrap('"exit 9" USR1');
    const ended = container.wait();
    await container.kill({ signal: 'SIGUSR1' });
    expect(await ended).toEqual({ StatusCode: 9 });
    await container.start();
    await container.kill();
    expect((await container.inspect()).State).toMatchObject({ Status: 'exited', ExitCode: 137 });
    await expect(container.kill()).rejects.toMatchObject({
      statusCode: 409,
      json: { message: `cannot kill container: ${container.id}: container ${container.id} is not running` },
    });
  });

  it('is paused and goes on', async () => {
    const container = await client.run(['sleep', '1000']);
    await container.pause();
    expect((await container.inspect()).State).toMatchObject({ Status: 'paused', Paused: true, Running: true });
    await expect(container.pause()).rejects.toMatchObject({ statusCode: 409 });
    await container.unpause();
    expect((await container.inspect()).State).toMatchObject({ Status: 'running', Paused: false });
  });

  it('is renamed; names are unique', async () => {
    const first = await client.run(['sleep', '1000'], { name: 'first' });
    const second = await client.run(['sleep', '1000'], { name: 'second' });
    await second.rename({ name: 'third' });
    expect((await client.docker.getContainer('third').inspect()).Id).toBe(second.id);
    await expect(second.rename({ name: 'first' })).rejects.toMatchObject({
      statusCode: 409,
      json: {
        message: expect.stringContaining(
          `The container name "/first" is already in use by container "${first.id}"`,
        ) as string,
      },
    });
  });

  it('shows its processes', async () => {
    const container = await client.run(['sleep', '1000']);
    const { Titles, Processes } = (await container.top()) as { Titles: string[]; Processes: string[][] };
    expect(Titles).toEqual(['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD']);
    expect(Processes.map((fields) => fields.at(-1))).toContain('sleep 1000');
    const custom = (await container.top({ ps_args: '-o pid,comm' })) as { Titles: string[] };
    expect(custom.Titles).toEqual(['PID', 'COMMAND']);
  });
});

describe('lists', () => {
  it('show what runs, or all, filtered', async () => {
    await client.run(['sleep', '1000'], { name: 'runs', Labels: { role: 'web' } });
    const ended = await client.run(['true'], { name: 'ended', Labels: { role: 'job' } });
    await ended.wait();
    const names = async (options: object): Promise<string[]> =>
      (await client.docker.listContainers(options)).flatMap(({ Names }) => Names).sort();
    expect(await names({})).toEqual(['/runs']);
    expect(await names({ all: true })).toEqual(['/ended', '/runs']);
    expect(await names({ all: true, filters: { status: ['exited'] } })).toEqual(['/ended']);
    expect(await names({ all: true, filters: { label: ['role=web'] } })).toEqual(['/runs']);
    expect(await names({ all: true, filters: { name: ['^/end'] } })).toEqual(['/ended']);
    expect(await names({ all: true, limit: 1 })).toEqual(['/ended']);
    const [row] = await client.docker.listContainers();
    expect(row).toMatchObject({
      Image: 'busybox',
      Command: 'sleep 1000',
      State: 'running',
      Labels: { role: 'web' },
      HostConfig: { NetworkMode: 'bridge' },
    });
    expect(row?.Status).toMatch(/^Up /);
  });

  it('lose what is pruned', async () => {
    const running = await client.run(['sleep', '1000']);
    const ended = await client.run(['true']);
    await ended.wait();
    const { ContainersDeleted, SpaceReclaimed } = await client.docker.pruneContainers();
    expect(ContainersDeleted).toEqual([ended.id]);
    expect(SpaceReclaimed).toBeGreaterThanOrEqual(0);
    expect((await client.docker.listContainers({ all: true })).map(({ Id }) => Id)).toEqual([running.id]);
  });
});

describe('an error', () => {
  it.each<[string, () => Promise<unknown>, number, string | RegExp]>([
    ['a missing container', () => client.docker.getContainer('nobody').inspect(), 404, 'No such container: nobody'],
    [
      'a missing image',
      () => client.docker.createContainer({ Image: 'no-such-image' }),
      404,
      'No such image: no-such-image:latest',
    ],
    [
      'a name that is none',
      () => client.docker.createContainer({ Image: 'busybox', name: '-x' }),
      400,
      'Invalid container name (-x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed',
    ],
    [
      'too little memory',
      () => client.docker.createContainer({ Image: 'busybox', HostConfig: { Memory: 1024 } }),
      400,
      'Minimum memory limit allowed is 6MB',
    ],
    [
      'a filter that is none',
      () => client.docker.listContainers({ filters: { nonsense: ['x'] } }),
      400,
      /^invalid filter 'nonsense'$/,
    ],
  ])('of %s has its status and message', async (_, call, statusCode, message) => {
    await expect(call()).rejects.toMatchObject({
      statusCode,
      json: { message: typeof message === 'string' ? message : (expect.stringMatching(message) as string) },
    });
  });

  it('of a running container that shall go says why', async () => {
    const container = await client.run(['sleep', '1000']);
    await expect(container.remove()).rejects.toMatchObject({
      statusCode: 409,
      json: {
        message: `cannot remove container "${container.id}": container is running: stop the container before removing or force remove`,
      },
    });
  });

  it('of a program that is not there comes with the start', async () => {
    const container = await client.docker.createContainer({ Image: 'busybox', Cmd: ['no-such-program'] });
    await expect(container.start()).rejects.toMatchObject({
      statusCode: 400,
      json: { message: expect.stringContaining('no-such-program') as string },
    });
    expect((await container.inspect()).State).toMatchObject({ Status: 'created', ExitCode: 127 });
  });
});

describe('the engine', () => {
  it('says what it is', async () => {
    expect((await client.docker.ping()).toString()).toBe('OK');
    expect(await client.docker.version()).toMatchObject({ ApiVersion: '1.50', Os: 'linux', Arch: '386' });
    expect(await client.docker.info()).toMatchObject({
      Driver: 'overlay2',
      CgroupVersion: '2',
      OSType: 'linux',
      Containers: 0,
    });
  });
});
