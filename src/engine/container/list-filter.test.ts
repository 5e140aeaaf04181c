import { describe, expect, test } from 'vitest';
import { createTestEngine } from '../../../test/support/test-engine.ts';
import type { TestEngine } from '../../../test/support/test-engine.ts';

async function three(): Promise<TestEngine> {
  const t = createTestEngine();
  await t.start({ Cmd: ['true'], Labels: { a: '1' }, HostConfig: { NetworkMode: 'none' } }, 'first');
  await t.call('POST', '/containers/first/wait');
  await t.start(
    { Cmd: ['sleep'], ExposedPorts: { '80/tcp': {}, '53/udp': {} }, HostConfig: { Binds: ['/a:/b'] } },
    'second',
  );
  await t.start({ Cmd: ['sleep'], Healthcheck: { Test: ['CMD', 'true'] } }, 'third');
  return t;
}

describe('docker ps --filter', () => {
  test.each([
    [{ health: ['starting'] }, ['/third']],
    [{ health: ['none'] }, ['/second', '/first']],
    [{ network: ['none'] }, ['/first']],
    [{ network: ['bridge', 'none'] }, ['/third', '/second', '/first']],
    [{ expose: ['80'] }, ['/second']],
    [{ expose: ['50-60/udp'] }, ['/second']],
    [{ expose: ['81'] }, []],
    [{ publish: ['80'] }, []],
    [{ volume: ['/b'] }, ['/second']],
    [{ volume: ['/a'] }, ['/second']],
    [{ volume: ['/c'] }, []],
    [{ 'is-task': ['true'] }, []],
    [{ 'is-task': ['0'] }, ['/third', '/second', '/first']],
    [{ exited: ['0', '3'] }, ['/first']],
    [{ since: ['first'], before: ['third'] }, ['/second']],
    [{ id: ['nope'] }, []],
    [{ name: ['/sec', 'third'] }, ['/third', '/second']],
    [{ isolation: ['x'] }, ['/third', '/second', '/first']],
  ])('%j', async (filters, expected) => {
    const t = await three();
    const { body } = await t.call(
      'GET',
      `/containers/json?all=1&filters=${encodeURIComponent(JSON.stringify(filters))}`,
    );
    expect(body.map(({ Names }: { Names: string[] }) => Names.join())).toEqual(expected);
  });

  test('by the beginning of an id', async () => {
    const t = await three();
    const { Id } = (await t.call('GET', '/containers/second/json')).body;
    const { body } = await t.call('GET', `/containers/json?filters={"id":["${Id.slice(0, 12)}"]}`);
    expect(body).toMatchObject([{ Id }]);
  });

  test.each([
    [{ nope: ['1'] }, 400, "invalid filter 'nope'"],
    [
      { status: ['nope'] },
      400,
      "invalid filter 'status=nope': invalid value for state (nope): must be one of created, running, paused, restarting, removing, exited, dead",
    ],
    [
      { health: ['nope'] },
      400,
      "invalid filter 'health=nope': invalid value for health (nope): must be one of none, starting, healthy, unhealthy",
    ],
    [{ exited: ['x'] }, 400, 'invalid filter \'exited=x\': strconv.Atoi: parsing "x": invalid syntax'],
    [{ 'is-task': ['x'] }, 400, "invalid filter 'is-task=[x]'"],
    [{ before: ['nope'] }, 404, 'No such container: nope'],
    [{ publish: ['80:80'] }, 500, "filter for 'publish' should not contain ':': 80:80"],
    [{ expose: ['x'] }, 500, 'error while looking up for expose x: strconv.ParseUint: parsing "x": invalid syntax'],
  ])('%j is %i', async (filters, status, message) => {
    const t = await three();
    const path = `/containers/json?filters=${encodeURIComponent(JSON.stringify(filters))}`;
    expect(await t.call('GET', path)).toEqual({ status, body: { message } });
  });
});
