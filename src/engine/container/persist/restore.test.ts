// An engine that follows another one over the same machine: what it finds, what it starts, what it cannot read.
import { describe, expect, test } from 'vitest';
import { bytesOf, createTestEngine, demultiplex } from '../../../../test/support/test-engine.ts';
import type { TestEngine } from '../../../../test/support/test-engine.ts';
import { FakeClock } from '../../../../test/support/fake-clock.ts';
import { deferred } from '../../../shared/deferred.ts';

const DIRECTORY = '/var/lib/docker/containers';

async function inspect(t: TestEngine, reference: string) {
  return (await t.call('GET', `/containers/${reference}/json`)).body;
}

/** A program that prints what it is told to, and ends when it is told to. */
function scripted() {
  const prints: ((text: string) => Promise<void>)[] = [];
  const started = deferred<undefined>();
  const end = deferred<number>();
  return {
    end: end.resolve,
    async print(text: string) {
      await started.promise;
      await prints.at(-1)?.(text);
    },
    program: (io: { print(text: string): Promise<void> }) => {
      prints.push((text) => io.print(text));
      started.resolve(undefined);
      return end.promise;
    },
  };
}

describe('with live-restore', () => {
  test('a running container goes on, and none of its output is lost', async () => {
    const script = scripted();
    const first = createTestEngine({ script: script.program });
    const id = await first.start({ Cmd: ['script'], Labels: { a: 'b' } }, 'web');
    await script.print('one\n');
    const before = await inspect(first, 'web');
    await first.engine.leave();
    await script.print('two\n');
    const second = createTestEngine({}, undefined, { runtime: first.runtime, liveRestore: true });
    const after = await inspect(second, 'web');
    expect(after).toEqual(before);
    expect(after.State).toMatchObject({ Status: 'running', Pid: before.State.Pid });
    await script.print('three\n');
    script.end(7);
    expect((await second.call('POST', `/containers/${id}/wait`)).body).toEqual({ StatusCode: 7 });
    const logs = await second.engine.fetch(new Request(`http://docker/containers/${id}/logs?stdout=1`));
    expect(demultiplex(await bytesOf(logs.body)).stdout).toBe('one\ntwo\nthree\n');
    expect(first.runtime.callsOf('run')).toHaveLength(1);
  });

  test('a clean stop leaves it alone, and stdin is attached again', async () => {
    const first = createTestEngine({}, undefined, { liveRestore: true });
    const id = await first.start({ Cmd: ['cat'], OpenStdin: true });
    await first.engine.stop();
    const second = createTestEngine({}, undefined, { runtime: first.runtime, liveRestore: true });
    const answer = await second.engine.upgrade(
      new Request(`http://docker/containers/${id}/attach?stream=1&stdin=1&stdout=1`, { method: 'POST' }),
    );
    if (answer instanceof Response) throw new Error(await answer.text());
    const writer = answer.stream.writable.getWriter();
    const first_ = answer.stream.readable.getReader();
    await writer.write(new TextEncoder().encode('hello'));
    expect(demultiplex((await first_.read()).value ?? new Uint8Array(0)).stdout).toBe('hello');
    expect((await second.call('POST', `/containers/${id}/kill`)).status).toBe(204);
    expect((await inspect(second, id)).State).toMatchObject({ Status: 'exited', ExitCode: 137 });
  });

  test('an exit of the time between has its code, and its last output is logged', async () => {
    const script = scripted();
    const first = createTestEngine({ script: script.program });
    const id = await first.start({ Cmd: ['script'] });
    const task = first.runtime.tasks.get(id);
    await first.engine.leave();
    await script.print('last words\n');
    script.end(3);
    await task?.exited;
    const second = createTestEngine({}, undefined, { runtime: first.runtime, liveRestore: true });
    expect((await inspect(second, id)).State).toMatchObject({ Status: 'exited', ExitCode: 3, Running: false });
    const logs = await second.engine.fetch(new Request(`http://docker/containers/${id}/logs?stdout=1`));
    expect(demultiplex(await bytesOf(logs.body)).stdout).toBe('last words\n');
    expect(second.runtime.tasks.size).toBe(0);
  });

  test('--rm: the one that runs stays until it ends, the one that ended is removed', async () => {
    const [stays, ends] = [scripted(), scripted()];
    const first = createTestEngine({ stays: stays.program, ends: ends.program });
    const HostConfig = { AutoRemove: true };
    const staying = await first.start({ Cmd: ['stays'], HostConfig });
    const ending = await first.start({ Cmd: ['ends'], HostConfig });
    const task = first.runtime.tasks.get(ending);
    await first.engine.leave();
    ends.end(0);
    await task?.exited;
    const second = createTestEngine({}, undefined, { runtime: first.runtime, liveRestore: true });
    expect((await second.call('GET', `/containers/${ending}/json`)).status).toBe(404);
    expect((await inspect(second, staying)).State.Running).toBe(true);
    const gone = second.call('POST', `/containers/${staying}/wait?condition=removed`);
    stays.end(0);
    expect((await gone).body).toEqual({ StatusCode: 0 });
    expect(await second.runtime.files.list(DIRECTORY)).toEqual([]);
  });

  test('a health check begins anew, with the results it had', async () => {
    const answers = { check: async () => 1 };
    const clock = new FakeClock();
    const first = createTestEngine(answers, clock);
    const Healthcheck = { Test: ['CMD', 'check'], Interval: 10e9, Retries: 1 };
    const id = await first.start({ Cmd: ['sleep'], Healthcheck });
    clock.advance(10_000);
    await expect.poll(async () => (await inspect(first, id)).State.Health.Status).toBe('unhealthy');
    const { Log } = (await inspect(first, id)).State.Health;
    await first.engine.leave();
    const second = createTestEngine({}, clock, { runtime: first.runtime, liveRestore: true });
    expect((await inspect(second, id)).State.Health).toEqual({ Status: 'starting', FailingStreak: 0, Log });
    clock.advance(10_000);
    await expect.poll(async () => (await inspect(second, id)).State.Health.Log).toHaveLength(2);
  });

  test('a paused container stays paused', async () => {
    const first = createTestEngine();
    const id = await first.start({ Cmd: ['sleep'] });
    await first.call('POST', `/containers/${id}/pause`);
    const fake = first.runtime.containers.get(id);
    if (fake !== undefined) fake.cgroup['cgroup.freeze'] = '1\n';
    await first.engine.leave();
    const second = createTestEngine({}, undefined, { runtime: first.runtime, liveRestore: true });
    expect((await inspect(second, id)).State).toMatchObject({ Status: 'paused', Paused: true });
    expect((await second.call('POST', `/containers/${id}/unpause`)).status).toBe(204);
  });
});

describe('without live-restore', () => {
  test('a clean stop stops containers, and the next engine starts those whose policy says so', async () => {
    const first = createTestEngine();
    const policies = ['no', 'always', 'unless-stopped', 'on-failure'];
    for (const Name of policies) {
      await first.start({ Cmd: ['sleep'], HostConfig: { RestartPolicy: { Name } } }, Name);
    }
    await first.start({ Cmd: ['sleep'], HostConfig: { RestartPolicy: { Name: 'unless-stopped' } } }, 'stopped');
    await first.start({ Cmd: ['sleep'], HostConfig: { RestartPolicy: { Name: 'always' } } }, 'stopped-always');
    for (const name of ['stopped', 'stopped-always']) await first.call('POST', `/containers/${name}/stop`);
    await first.call('POST', '/containers/create?name=new', {
      Image: 'busybox',
      HostConfig: { RestartPolicy: { Name: 'always' } },
    });
    await first.engine.stop();
    expect(first.runtime.containers.size).toBe(0);
    const second = createTestEngine({}, undefined, { runtime: first.runtime });
    const { body } = await second.call('GET', '/containers/json?all=1');
    const states = Object.fromEntries(
      body.map(({ Names: [name], State }: { Names: [string]; State: string }) => [name.slice(1), State]),
    );
    expect(states).toEqual({
      no: 'exited',
      always: 'running',
      'unless-stopped': 'running',
      'on-failure': 'running',
      stopped: 'exited',
      'stopped-always': 'running',
      new: 'created',
    });
    expect((await inspect(second, 'no')).State.ExitCode).toBe(143);
  });

  test('what a killed engine left running is stopped, and then policies decide', async () => {
    const first = createTestEngine();
    await first.start({ Cmd: ['sleep'] }, 'plain');
    await first.start({ Cmd: ['sleep'], HostConfig: { RestartPolicy: { Name: 'always' } } }, 'always');
    await first.start({ Cmd: ['sleep'], HostConfig: { AutoRemove: true } }, 'rm');
    const { Pid } = (await inspect(first, 'always')).State;
    await first.engine.leave();
    expect(first.runtime.containers.size).toBe(3);
    const second = createTestEngine({}, undefined, { runtime: first.runtime });
    expect((await inspect(second, 'plain')).State).toMatchObject({ Status: 'exited', ExitCode: 143 });
    expect((await inspect(second, 'always')).State.Running).toBe(true);
    expect((await inspect(second, 'always')).State.Pid).not.toBe(Pid);
    expect((await second.call('GET', '/containers/rm/json')).status).toBe(404);
  });
});

describe('what is on the disk', () => {
  test('names, order, restart counts and configuration come back', async () => {
    const first = createTestEngine();
    const id = await first.start({ Cmd: ['true'], Env: ['A=b'], HostConfig: { Memory: 8 << 20 } }, 'old');
    await first.call('POST', `/containers/${id}/wait`);
    await first.call('POST', '/containers/old/rename?name=new');
    await first.call('POST', '/containers/create?name=second', { Image: 'tool' });
    const before = await Promise.all(['new', 'second'].map((name) => inspect(first, name)));
    await first.engine.stop();
    const second = createTestEngine({}, undefined, { runtime: first.runtime });
    expect(await Promise.all(['new', 'second'].map((name) => inspect(second, name)))).toEqual(before);
    const { body } = await second.call('GET', '/containers/json?all=1');
    expect(body.map(({ Names }: { Names: string[] }) => Names[0])).toEqual(['/second', '/new']);
    expect((await second.call('POST', '/containers/create?name=new', { Image: 'busybox' })).status).toBe(409);
  });

  test('a damaged file costs its container, and nothing else', async () => {
    const first = createTestEngine();
    const ids = [];
    for (const name of ['good', 'broken', 'empty', 'other', 'bare'])
      ids.push(await first.start({ Cmd: ['true'] }, name));
    await first.engine.stop();
    const { files } = first.runtime;
    const [good, broken, empty, other, bare] = ids;
    const text = new TextDecoder().decode(await files.read(`${DIRECTORY}/${good}/config.v2.json`));
    const write = (id: string | undefined, content: string) =>
      files.write(`${DIRECTORY}/${id}/config.v2.json`, new TextEncoder().encode(content));
    await write(broken, text.slice(0, 100));
    await write(empty, '');
    await write(other, text);
    await files.remove(`${DIRECTORY}/${bare}/hostconfig.json`);
    const second = createTestEngine({}, undefined, { runtime: first.runtime });
    const { body } = await second.call('GET', '/containers/json?all=1');
    expect(body.map(({ Id }: { Id: string }) => Id)).toEqual([good]);
    expect(second.log).toHaveLength(4);
    expect(second.log.find((line) => line.includes(`container ${other}`))).toContain(
      `Container ${good} is stored at ${other}`,
    );
    expect(second.log.find((line) => line.includes(`container ${broken}`))).toContain('config.v2.json');
    expect(await second.start({ Cmd: ['true'] }, 'broken')).toMatch(/^[0-9a-f]{64}$/);
  });

  test('a container outlives its image', async () => {
    const first = createTestEngine();
    await first.start({ Cmd: ['true'] }, 'lonely');
    await first.engine.stop();
    const second = createTestEngine({}, undefined, { runtime: first.runtime });
    second.images.delete('busybox');
    expect((await inspect(second, 'lonely')).Image).toBe(first.images.get('busybox')?.id);
    expect((await second.call('POST', '/containers/lonely/start')).status).toBe(204);
  });

  test('a disk that takes nothing is told, and containers run', async () => {
    const t = createTestEngine();
    const id = await t.start({ Cmd: ['sleep'] });
    t.runtime.files.write = () => Promise.reject(new Error('No space left on device'));
    expect((await t.call('POST', `/containers/${id}/pause`)).status).toBe(204);
    await expect.poll(() => t.log.join()).toContain(`Cannot save container ${id}`);
    await t.call('DELETE', `/containers/${id}?force=1`);
  });
});
