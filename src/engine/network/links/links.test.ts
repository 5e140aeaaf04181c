import { describe, expect, test } from 'vitest';
import { createTestEngine } from '../../../../test/support/test-engine.ts';
import type { TestEngine } from '../../../../test/support/test-engine.ts';

const sleeps = { Cmd: ['sleep'] };
const create = (t: TestEngine, name: string, HostConfig: object) =>
  t.call('POST', `/containers/create?name=${name}`, { Image: 'busybox', ...sleeps, HostConfig });
const inspect = async (t: TestEngine, name: string) => (await t.call('GET', `/containers/${name}/json`)).body;
const links = async (t: TestEngine, name: string) => (await inspect(t, name)).HostConfig.Links;
const hostsOf = async (t: TestEngine, id: string) =>
  new TextDecoder().decode(await t.runtime.files.read(`/var/lib/docker/containers/${id}/hosts`));
const names = async (t: TestEngine, filters = '{}') =>
  (await t.call('GET', `/containers/json?all=1&filters=${filters}`)).body.map((one: { Names: string[] }) => one.Names);
const linked = (...Links: string[]) => ({ ...sleeps, HostConfig: { Links } });

describe('a link', () => {
  test('gives the other container a name, and tells of it', async () => {
    const t = createTestEngine();
    await t.start({ ...sleeps, Hostname: 'dbhost', Env: ['A=b'], ExposedPorts: { '80/tcp': {} } }, 'db');
    const id = await t.start(linked('db:store', 'db'), 'web');
    expect(await links(t, 'web')).toEqual(['/db:/web/store', '/db:/web/db']);
    expect(await links(t, 'db')).toBeNull();
    expect(await names(t)).toEqual([['/web'], ['/db', '/web/db', '/web/store']]);
    expect(await names(t, '{"name":["/store"]}')).toHaveLength(1);
    expect(await hostsOf(t, id)).toContain('172.17.0.2\tstore dbhost db\n172.17.0.2\tdb dbhost\n172.17.0.3\t');
    expect((await inspect(t, 'web/store')).Name).toBe('/db');
    const [run] = t.runtime.callsOf('run').slice(-1);
    expect(run?.request.spec.process.env).toEqual(
      expect.arrayContaining(['STORE_PORT_80_TCP_ADDR=172.17.0.2', 'STORE_NAME=/web/store', 'DB_ENV_A=b']),
    );
  });

  test('follows the other one to its next address', async () => {
    const t = createTestEngine();
    await t.start(sleeps, 'db');
    const id = await t.start(linked('db:store'), 'web');
    await t.call('POST', '/containers/db/kill');
    await t.call('POST', '/containers/db/wait');
    await t.start(sleeps, 'thief');
    await t.call('POST', '/containers/db/start');
    const { IPAddress } = (await inspect(t, 'db')).NetworkSettings;
    expect(IPAddress).toBe('172.17.0.4');
    expect(await hostsOf(t, id)).toMatch(/^172\.17\.0\.4\tstore /m);
  });

  test('is renamed with its container, and removed by rm --link', async () => {
    const t = createTestEngine();
    await t.start(sleeps, 'db');
    const id = await t.start(linked('db:store', 'db:other'), 'web');
    expect((await t.call('POST', '/containers/web/rename?name=site')).status).toBe(204);
    expect(await links(t, 'site')).toEqual(['/db:/site/store', '/db:/site/other']);
    expect((await t.call('DELETE', '/containers/site/store?link=1')).status).toBe(204);
    expect(await links(t, 'site')).toEqual(['/db:/site/other']);
    expect(await hostsOf(t, id)).not.toContain('store');
    expect(await names(t)).toEqual([['/site'], ['/db', '/site/other']]);
    expect((await t.call('DELETE', '/containers/site?link=1')).body.message).toBe(
      'Conflict, cannot remove the default link name of the container',
    );
    expect((await t.call('DELETE', '/containers/site/store?link=1')).body.message).toBe(
      'No such container: site/store',
    );
  });

  test('opens exposed ports where containers are kept apart', async () => {
    const t = createTestEngine({}, undefined, { daemon: { icc: false } });
    const fed: string[] = [];
    t.runtime.programs['iptables-restore'] = async (io) => {
      fed.push(await new Response(io.stdin as ReadableStream<Uint8Array<ArrayBuffer>>).text());
      return 0;
    };
    await t.start({ ...sleeps, ExposedPorts: { '80/tcp': {} } }, 'db');
    await t.start(linked('db:store'), 'web');
    const there = '-s 172.17.0.3/32 -d 172.17.0.2/32 -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT';
    const back = '-s 172.17.0.2/32 -d 172.17.0.3/32 -i docker0 -o docker0 -p tcp -m tcp --sport 80 -j ACCEPT';
    expect(fed.at(-1)).toBe(`*filter\n-A DOCKER ${there}\n-A DOCKER ${back}\nCOMMIT\n`);
    await t.call('DELETE', '/containers/web/store?link=1');
    expect(fed.at(-1)).toBe(`*filter\n-D DOCKER ${there}\n-D DOCKER ${back}\nCOMMIT\n`);
  });

  test('is there again for the next engine, which starts the other one first', async () => {
    const first = createTestEngine();
    const RestartPolicy = { Name: 'always' };
    await first.start({ ...sleeps, HostConfig: { RestartPolicy } }, 'db');
    await first.start({ ...sleeps, HostConfig: { RestartPolicy, Links: ['db:store'] } }, 'web');
    await first.engine.stop();
    const second = createTestEngine({}, undefined, { runtime: first.runtime });
    expect(await links(second, 'web')).toEqual(['/db:/web/store']);
    expect((await inspect(second, 'web')).State).toMatchObject({ Running: true, Error: '' });
  });
});

describe('without the other container', () => {
  test('a link is refused, and nothing is left', async () => {
    const t = createTestEngine();
    expect(await create(t, 'web', { Links: ['nobody:x'] })).toEqual({
      status: 400,
      body: { message: 'could not get container for nobody: No such container: nobody' },
    });
    expect(await names(t)).toEqual([]);
    await t.start({ ...sleeps, HostConfig: { NetworkMode: 'host' } }, 'hosted');
    expect((await create(t, 'web', { Links: ['hosted'] })).body.message).toContain(
      "conflicting options: host type networking can't be used with links.",
    );
    expect((await create(t, 'web', { Links: ['a:b:c'] })).body.message).toBe('bad format for links: a:b:c');
    expect((await create(t, 'web', {})).status).toBe(201);
  });

  test('running, a container does not start', async () => {
    const t = createTestEngine();
    await create(t, 'db', {});
    await create(t, 'web', { Links: ['db:store'] });
    const message = 'Cannot link to a non running container: /db AS /web/store';
    expect(await t.call('POST', '/containers/web/start')).toEqual({ status: 500, body: { message } });
    expect((await inspect(t, 'web')).State).toMatchObject({ Running: false, ExitCode: 128, Error: message });
    await t.call('POST', '/containers/db/start');
    expect((await t.call('POST', '/containers/web/start')).status).toBe(204);
    await t.call('DELETE', '/containers/db?force=1');
    // Another one of its name is not the one that was meant.
    await t.start(sleeps, 'db');
    expect((await t.call('POST', '/containers/web/restart?t=0')).body.message).toContain(message);
  });

  test('on the default network, neither', async () => {
    const t = createTestEngine();
    await t.start({ ...sleeps, HostConfig: { NetworkMode: 'none' } }, 'db');
    await create(t, 'web', { Links: ['db'] });
    expect((await t.call('POST', '/containers/web/start')).body.message).toBe(
      'failed to set up container networking: Cannot link to /db, as it does not belong to the default network',
    );
  });
});
