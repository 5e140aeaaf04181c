import { describe, expect, test } from 'vitest';
import { createTestEngine } from '../../../test/support/test-engine.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { DrydockError } from '../../contracts/errors.ts';
import { deferred } from '../../shared/deferred.ts';

const SLEEP = { Cmd: ['sleep', '1000'] };

async function stateOf(engine: ReturnType<typeof createTestEngine>, id: string): Promise<Record<string, unknown>> {
  return (await engine.call('GET', `/containers/${id}/json`)).body.State;
}

describe('create', () => {
  test('merges the image and lays the container out', async () => {
    const t = createTestEngine();
    const { status, body } = await t.call('POST', '/containers/create?name=one', {
      Image: 'busybox',
      Env: ['A=1'],
      Labels: { k: 'v' },
    });
    expect(status).toBe(201);
    expect(body).toEqual({ Id: expect.stringMatching(/^[0-9a-f]{64}$/), Warnings: [] });
    const { body: inspected } = await t.call('GET', '/containers/one/json');
    expect(inspected).toMatchObject({
      Id: body.Id,
      Name: '/one',
      Path: 'sh',
      Args: [],
      State: { Status: 'created', Running: false, StartedAt: '0001-01-01T00:00:00Z' },
      Config: { Hostname: body.Id.slice(0, 12), Env: ['A=1', 'PATH=/bin'], Cmd: ['sh'], Labels: { k: 'v' } },
      HostConfig: { NetworkMode: 'bridge', ShmSize: 67108864, RestartPolicy: { Name: 'no' } },
      GraphDriver: { Name: 'overlay2', Data: { MergedDir: `/var/lib/docker/overlay2/${body.Id}/merged` } },
    });
    t.runtime.programs['sh'] = () => 0;
    expect((await t.call('POST', '/containers/one/start')).status).toBe(204);
    const hosts = await t.runtime.files.read(`/var/lib/docker/containers/${body.Id}/hosts`);
    expect(new TextDecoder().decode(hosts)).toContain('127.0.0.1\tlocalhost');
  });

  test.each([
    [{ Image: 'nosuch' }, '', 404, 'No such image: nosuch:latest'],
    [{ HostConfig: { Memory: 1000 } }, '', 400, 'Minimum memory limit allowed is 6MB'],
    [{}, 'a b', 400, 'Invalid container name (a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed'],
    [{ Entrypoint: [''] }, '', 400, 'no command specified'],
    [{ WorkingDir: 'x' }, '', 400, "the working directory 'x' is invalid, it needs to be an absolute path"],
    [{ Env: ['=x'] }, '', 400, 'invalid environment variable: =x'],
    [{ StopSignal: 'NOPE' }, '', 400, 'invalid signal: NOPE'],
    [{ HostConfig: { CapAdd: ['NOPE'] } }, '', 400, 'invalid CapAdd: unknown capability: "CAP_NOPE"'],
    [
      { HostConfig: { Mounts: [{ Type: 'bind', Source: '/nope', Target: '/x' }] } },
      '',
      400,
      'invalid mount config for type "bind": bind source path does not exist: /nope',
    ],
    [
      { HostConfig: { AutoRemove: true, RestartPolicy: { Name: 'always' } } },
      '',
      400,
      "can't create 'AutoRemove' container with restart policy",
    ],
  ])('refuses %j named %j', async (request, name, status, message) => {
    const t = createTestEngine();
    const answer = await t.call('POST', `/containers/create?name=${encodeURIComponent(name)}`, {
      Image: 'busybox',
      ...request,
    });
    expect(answer).toEqual({ status, body: { message } });
    expect(t.runtime.roots.size).toBe(0);
  });

  test('refuses a name that is taken, and gives it back when its owner goes', async () => {
    const t = createTestEngine();
    const id = await t.start(SLEEP, 'dup');
    const again = await t.call('POST', '/containers/create?name=dup', { Image: 'busybox' });
    expect(again.status).toBe(409);
    expect(again.body.message).toBe(
      `Conflict. The container name "/dup" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`,
    );
    await t.call('DELETE', '/containers/dup?force=1');
    expect((await t.call('POST', '/containers/create?name=dup', { Image: 'busybox' })).status).toBe(201);
  });

  test('that fails leaves nothing behind', async () => {
    const t = createTestEngine();
    t.runtime.failNext('prepareRootfs', new DrydockError('guest', 'mount: No space left on device'));
    const answer = await t.call('POST', '/containers/create?name=xy', { Image: 'busybox' });
    expect(answer).toEqual({ status: 500, body: { message: 'mount: No space left on device' } });
    expect(await t.runtime.files.list('/var/lib/docker/containers')).toEqual([]);
    expect((await t.call('POST', '/containers/create?name=xy', { Image: 'busybox' })).status).toBe(201);
  });
});

describe('start', () => {
  test('runs the command and records its end', async () => {
    const t = createTestEngine();
    const id = await t.start({ Cmd: ['both'] });
    expect((await t.call('POST', `/containers/${id}/wait`)).body).toEqual({ StatusCode: 3 });
    expect(await stateOf(t, id)).toMatchObject({ Status: 'exited', ExitCode: 3, Pid: 0, OOMKilled: false });
    const [run] = t.runtime.callsOf('run');
    expect(run?.request.bundle).toBe(`/run/containerd/io.containerd.runtime.v2.task/moby/${id}`);
  });

  test('of a running container changes nothing', async () => {
    const t = createTestEngine();
    const id = await t.start(SLEEP);
    expect(await t.call('POST', `/containers/${id}/start`)).toEqual({ status: 304, body: undefined });
    expect(t.runtime.callsOf('run')).toHaveLength(1);
  });

  test('of an unknown program is Docker’s 127', async () => {
    const t = createTestEngine();
    const { body } = await t.call('POST', '/containers/create', { Image: 'busybox', Cmd: ['nope'] });
    const started = await t.call('POST', `/containers/${body.Id}/start`);
    expect(started.status).toBe(400);
    expect(started.body.message).toMatch(
      /^failed to create task for container: .*: exec: "nope": executable file not found in \$PATH: unknown$/,
    );
    expect(await stateOf(t, body.Id)).toMatchObject({ Status: 'created', ExitCode: 127, Error: started.body.message });
  });

  test('that fails with --rm removes the container', async () => {
    const t = createTestEngine();
    const { body } = await t.call('POST', '/containers/create', {
      Image: 'busybox',
      Cmd: ['nope'],
      HostConfig: { AutoRemove: true },
    });
    const waiting = t.call('POST', `/containers/${body.Id}/wait?condition=removed`);
    await t.call('POST', `/containers/${body.Id}/start`);
    expect((await waiting).body).toEqual({ StatusCode: 127 });
    expect((await t.call('GET', `/containers/${body.Id}/json`)).status).toBe(404);
    expect(t.runtime.roots.size).toBe(0);
  });

  test('keeps what the last run wrote: the root stays until removal', async () => {
    const t = createTestEngine();
    const id = await t.start({ Cmd: ['true'] });
    await t.call('POST', `/containers/${id}/wait`);
    await t.call('POST', `/containers/${id}/start`);
    await t.call('POST', `/containers/${id}/wait?condition=not-running`);
    expect(t.runtime.callsOf('prepareRootfs')).toHaveLength(1);
    expect(t.runtime.callsOf('removeRootfs')).toHaveLength(0);
  });

  test('tells an OOM kill', async () => {
    const t = createTestEngine({ hog: () => ({ exitCode: 137, oomKilled: true }) });
    const id = await t.start({ Cmd: ['hog'] });
    await t.call('POST', `/containers/${id}/wait`);
    expect(await stateOf(t, id)).toMatchObject({ OOMKilled: true, ExitCode: 137 });
  });
});

describe('the end', () => {
  test('with --rm removes everything, then tells those who wait', async () => {
    const t = createTestEngine();
    const { body } = await t.call('POST', '/containers/create?name=gone', {
      Image: 'busybox',
      Cmd: ['true'],
      HostConfig: { AutoRemove: true },
    });
    const waiting = t.call('POST', `/containers/${body.Id}/wait?condition=removed`);
    await t.call('POST', `/containers/${body.Id}/start`);
    expect((await waiting).body).toEqual({ StatusCode: 0 });
    expect((await t.call('GET', '/containers/gone/json')).status).toBe(404);
    expect(t.runtime.roots.size).toBe(0);
    expect(await t.runtime.files.list('/var/lib/docker/containers')).toEqual([]);
  });

  test('by stop is its signal, and SIGKILL only after the timeout', async () => {
    const clock = new FakeClock();
    const t = createTestEngine({ stubborn: (io) => new Promise(() => io.onSignal(() => undefined)) }, clock);
    const id = await t.start({ Cmd: ['stubborn'] });
    const before = clock.pending;
    const stopping = t.call('POST', `/containers/${id}/stop?t=30`);
    await expect.poll(() => clock.pending).toBe(before + 1);
    clock.advance(29_000);
    expect(t.runtime.callsOf('kill').map(({ signal }) => signal)).toEqual([15]);
    clock.advance(2_000);
    expect((await stopping).status).toBe(204);
    expect(t.runtime.callsOf('kill').map(({ signal }) => signal)).toEqual([15, 9]);
    expect(await stateOf(t, id)).toMatchObject({ Status: 'exited', ExitCode: 137 });
  });

  test('by stop uses the image’s signal', async () => {
    const t = createTestEngine();
    const id = await t.start({ ...SLEEP, StopSignal: 'SIGQUIT' });
    await t.call('POST', `/containers/${id}/stop`);
    expect(t.runtime.callsOf('kill').map(({ signal }) => signal)).toEqual([3]);
    expect(await t.call('POST', `/containers/${id}/stop`)).toEqual({ status: 304, body: undefined });
  });

  test('by kill waits for the exit; what does not run cannot be killed', async () => {
    const t = createTestEngine();
    const id = await t.start(SLEEP, 'k1');
    expect((await t.call('POST', '/containers/k1/kill')).status).toBe(204);
    expect(await stateOf(t, id)).toMatchObject({ Status: 'exited', ExitCode: 137 });
    expect(await t.call('POST', '/containers/k1/kill')).toEqual({
      status: 409,
      body: { message: `cannot kill container: k1: container ${id} is not running` },
    });
    expect((await t.call('POST', '/containers/k1/kill?signal=NOPE')).body.message).toBe(
      'cannot kill container: k1: invalid signal: NOPE',
    );
    expect((await t.call('POST', '/containers/nope/kill')).body.message).toBe(
      'cannot kill container: nope: No such container: nope',
    );
  });

  test('that is not known of yet: pause says that it does not run', async () => {
    const t = createTestEngine();
    const id = await t.start(SLEEP);
    t.runtime.containers.delete(id);
    const { status, body } = await t.call('POST', `/containers/${id}/pause`);
    expect([status, body.message]).toEqual([409, `container ${id} is not running`]);
  });

  test('of a paused container thaws it', async () => {
    const t = createTestEngine();
    const id = await t.start(SLEEP);
    expect((await t.call('POST', `/containers/${id}/pause`)).status).toBe(204);
    expect(await stateOf(t, id)).toMatchObject({ Status: 'paused', Paused: true, Running: true });
    expect((await t.call('POST', `/containers/${id}/pause`)).body.message).toBe(`Container ${id} is already paused`);
    expect((await t.call('DELETE', `/containers/${id}`)).body.message).toBe(
      `cannot remove container "${id}": container is paused and must be unpaused first`,
    );
    await t.call('POST', `/containers/${id}/stop`);
    expect(await stateOf(t, id)).toMatchObject({ Status: 'exited', Paused: false });
  });

  test('removal refuses a running container without force', async () => {
    const t = createTestEngine();
    const id = await t.start(SLEEP, 'r1');
    expect(await t.call('DELETE', '/containers/r1')).toEqual({
      status: 409,
      body: {
        message:
          'cannot remove container "r1": container is running: stop the container before removing or force remove',
      },
    });
    expect((await t.call('DELETE', '/containers/r1?force=true')).status).toBe(204);
    expect(t.runtime.containers.has(id)).toBe(false);
    expect((await t.call('DELETE', '/containers/r1')).status).toBe(404);
  });

  test('of the engine leaves no container and no root', async () => {
    const t = createTestEngine();
    await t.start(SLEEP);
    await t.start({ Cmd: ['true'] });
    await t.engine.close();
    expect(t.runtime.containers.size + t.runtime.roots.size).toBe(0);
  });
});

describe('restart', () => {
  test('stops, starts, and keeps a container that removes itself', async () => {
    const t = createTestEngine();
    const id = await t.start({ ...SLEEP, HostConfig: { AutoRemove: true } });
    const pid = (await stateOf(t, id))['Pid'];
    expect((await t.call('POST', `/containers/${id}/restart`)).status).toBe(204);
    expect(await stateOf(t, id)).toMatchObject({ Status: 'running' });
    expect((await stateOf(t, id))['Pid']).not.toBe(pid);
  });

  test('by policy happens with growing delays, as often as allowed', async () => {
    const clock = new FakeClock();
    const t = createTestEngine({}, clock);
    const id = await t.start({
      Cmd: ['false'],
      HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } },
    });
    for (const delayMs of [100, 200]) {
      await expect.poll(async () => (await stateOf(t, id))['Status']).toBe('restarting');
      clock.advance(delayMs - 1);
      expect((await stateOf(t, id))['Status']).toBe('restarting');
      clock.advance(2);
      await expect.poll(async () => (await stateOf(t, id))['Status']).not.toBe('running');
    }
    await expect.poll(async () => (await stateOf(t, id))['Status']).toBe('exited');
    expect((await t.call('GET', `/containers/${id}/json`)).body.RestartCount).toBe(2);
    expect(t.runtime.callsOf('run')).toHaveLength(3);
  });

  test('by policy does not undo a stop', async () => {
    const clock = new FakeClock();
    const t = createTestEngine({}, clock);
    const id = await t.start({ ...SLEEP, HostConfig: { RestartPolicy: { Name: 'always' } } });
    await t.call('POST', `/containers/${id}/stop`);
    clock.advance(100_000);
    expect(await stateOf(t, id)).toMatchObject({ Status: 'exited' });
    await t.call('POST', `/containers/${id}/start`);
    expect(await stateOf(t, id)).toMatchObject({ Status: 'running' });
  });

  test('waiting for its turn can be stopped', async () => {
    const clock = new FakeClock();
    const t = createTestEngine({}, clock);
    const id = await t.start({ Cmd: ['false'], HostConfig: { RestartPolicy: { Name: 'always' } } });
    await expect.poll(async () => (await stateOf(t, id))['Status']).toBe('restarting');
    expect((await t.call('POST', `/containers/${id}/stop`)).status).toBe(204);
    clock.advance(100_000);
    expect(await stateOf(t, id)).toMatchObject({ Status: 'exited', ExitCode: 1 });
  });
});

describe('wait', () => {
  test('answers at once for what does not run, and refuses unknown conditions', async () => {
    const t = createTestEngine();
    const { body } = await t.call('POST', '/containers/create', { Image: 'busybox' });
    expect((await t.call('POST', `/containers/${body.Id}/wait`)).body).toEqual({ StatusCode: 0 });
    expect(await t.call('POST', `/containers/${body.Id}/wait?condition=x`)).toEqual({
      status: 400,
      body: { message: 'invalid condition: "x"' },
    });
  });

  test('sends its head before the container ends, and lets go when the client does', async () => {
    const t = createTestEngine();
    const id = await t.start(SLEEP);
    const gone = new AbortController();
    const request = new Request(`http://docker/containers/${id}/wait?condition=next-exit`, {
      method: 'POST',
      signal: gone.signal,
    });
    const response = await t.engine.fetch(request);
    expect(response.status).toBe(200);
    gone.abort();
    await expect(response.text()).rejects.toThrow();
  });
});

describe('rename', () => {
  test('moves the name', async () => {
    const t = createTestEngine();
    await t.start(SLEEP, 'old');
    expect((await t.call('POST', '/containers/old/rename?name=new')).status).toBe(204);
    expect((await t.call('GET', '/containers/new/json')).body.Name).toBe('/new');
    expect((await t.call('GET', '/containers/old/json')).status).toBe(404);
    expect((await t.call('POST', '/containers/new/rename?name=new')).body.message).toBe(
      'Renaming a container with the same name as its current name',
    );
    expect((await t.call('POST', '/containers/new/rename?name=a%20b')).body.message).toMatch(
      /^Error when allocating new name: Invalid/,
    );
  });
});

describe('removal', () => {
  test('during a start waits for it, and leaves nothing', async () => {
    const t = createTestEngine();
    const { body } = await t.call('POST', '/containers/create', { Image: 'busybox', ...SLEEP });
    const [began, go] = [deferred<undefined>(), deferred<undefined>()];
    const run = t.runtime.run.bind(t.runtime);
    t.runtime.run = async (request) => {
      began.resolve(undefined);
      await go.promise;
      return run(request);
    };
    const starting = t.call('POST', `/containers/${body.Id}/start`);
    await began.promise;
    const removing = t.call('DELETE', `/containers/${body.Id}?force=1`);
    go.resolve(undefined);
    const [started, removed] = await Promise.all([starting, removing]);
    expect([started.status, removed.status]).toEqual([204, 204]);
    expect(t.runtime.containers.size + t.runtime.roots.size).toBe(0);
  });

  test('happens once', async () => {
    const t = createTestEngine();
    const id = await t.start(SLEEP);
    const answers = await Promise.all([0, 1].map(() => t.call('DELETE', `/containers/${id}?force=1`)));
    expect(answers).toEqual([
      { status: 204, body: undefined },
      { status: 409, body: { message: `removal of container ${id} is already in progress` } },
    ]);
  });

  test('of all that are stopped is prune', async () => {
    const t = createTestEngine();
    const running = await t.start(SLEEP);
    const { body } = await t.call('POST', '/containers/create', { Image: 'busybox' });
    expect((await t.call('POST', '/containers/prune')).body).toEqual({
      ContainersDeleted: [body.Id],
      SpaceReclaimed: 0,
    });
    expect((await t.call('GET', `/containers/${running}/json`)).status).toBe(200);
  });
});
