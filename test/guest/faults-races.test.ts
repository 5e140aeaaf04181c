// Commands on one container that meet each other: each gets an answer that is true, and what is left is one of the states that
// some order of them leads to.
import { describe, expect, it } from 'vitest';
import { useGuest } from '../support/guest.ts';
import { callEngine, useTraces } from '../support/traces.ts';

const guest = useGuest();
useTraces(guest);

async function create(cmd: string[], more: object = {}): Promise<string> {
  const { status, body } = await callEngine(guest, 'POST', '/containers/create', {
    Image: 'busybox',
    Cmd: cmd,
    ...more,
  });
  expect(status).toBe(201);
  return body.Id as string;
}

const post = async (id: string, action: string): Promise<number> =>
  (await callEngine(guest, 'POST', `/containers/${id}/${action}`)).status;
const remove = async (id: string): Promise<number> =>
  (await callEngine(guest, 'DELETE', `/containers/${id}?force=1`)).status;

describe('a container', () => {
  it('that is removed while it starts is gone', async () => {
    const id = await create(['sleep', '1000']);
    const [started, removed] = await Promise.all([post(id, 'start'), remove(id)]);
    expect([204, 404, 409]).toContain(started);
    expect(removed).toBe(204);
    expect((await callEngine(guest, 'GET', `/containers/${id}/json`)).status).toBe(404);
  });

  it('with --rm that is removed as it ends is gone, once', async () => {
    const id = await create(['true'], { HostConfig: { AutoRemove: true } });
    const removed = callEngine(guest, 'POST', `/containers/${id}/wait?condition=removed`);
    expect(await post(id, 'start')).toBe(204);
    expect([204, 404, 409]).toContain(await remove(id));
    expect((await removed).status).toBe(200);
    await expect.poll(async () => (await callEngine(guest, 'GET', `/containers/${id}/json`)).status).toBe(404);
  });

  it('that is stopped, removed and started at once ends removed', async () => {
    for (let round = 0; round < 3; round++) {
      const id = await create(['sleep', '1000']);
      expect(await post(id, 'start')).toBe(204);
      const [stopped, removed, started] = await Promise.all([post(id, 'stop?t=0'), remove(id), post(id, 'start')]);
      expect([204, 304, 404, 409, 500], `stop ${stopped}`).toContain(stopped);
      expect(removed).toBe(204);
      expect([204, 304, 404, 409], `start ${started}`).toContain(started);
      expect((await callEngine(guest, 'GET', `/containers/${id}/json`)).status).toBe(404);
    }
  });

  it('that is started, stopped, paused and killed at once ends in a state that its kernel confirms', async () => {
    const id = await create(['sleep', '1000']);
    await Promise.all([
      post(id, 'start'),
      post(id, 'pause'),
      post(id, 'stop?t=0'),
      post(id, 'unpause'),
      post(id, 'kill'),
      post(id, 'restart?t=0'),
      post(id, 'start'),
    ]);
    const { State } = (await callEngine(guest, 'GET', `/containers/${id}/json`)).body;
    const cgroup = await guest.sh(`cat /sys/fs/cgroup/docker/${id}/cgroup.procs`);
    if (State.Running) expect(cgroup.stdout.trim().split('\n')).toContain(String(State.Pid));
    else expect(cgroup.stdout).toBe('');
    expect(await remove(id)).toBe(204);
  });

  it('of a name that two want is one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        callEngine(guest, 'POST', '/containers/create?name=wanted', { Image: 'busybox', Cmd: ['true'] }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });
});

it('twenty that start at once all run, and all go', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => create(['sleep', '1000'])));
  expect(await Promise.all(ids.map((id) => post(id, 'start')))).toEqual(Array.from({ length: 20 }, () => 204));
  expect((await callEngine(guest, 'GET', '/containers/json')).body).toHaveLength(20);
  expect(await Promise.all(ids.map(remove))).toEqual(Array.from({ length: 20 }, () => 204));
});
