import { describe, expect, test } from 'vitest';
import { createTestEngine } from '../../../test/support/test-engine.ts';
import type { TestEngine } from '../../../test/support/test-engine.ts';
import { readLines } from '../../shared/read-lines.ts';

async function readJson(response: Response): Promise<{ message?: string }> {
  return response.json() as Promise<{ message?: string }>;
}

describe('every answer', () => {
  test('carries the daemon’s headers, with or without a version', async () => {
    const { engine } = createTestEngine();
    for (const path of ['/_ping', '/v1.24/_ping', '/v1.50/nowhere', '/v1.50/containers/x/json']) {
      const { headers } = await engine.fetch(new Request(`http://docker${path}`));
      expect(Object.fromEntries(headers), path).toMatchObject({
        'api-version': '1.50',
        'docker-experimental': 'false',
        ostype: 'linux',
        server: 'Docker/28.2.2 (linux)',
      });
    }
  });

  test.each([
    ['GET', '/v1.99/_ping', 400, 'client version 1.99 is too new. Maximum supported API version is 1.50'],
    [
      'GET',
      '/v1.23/_ping',
      400,
      'client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version',
    ],
    ['GET', '/nowhere', 404, 'page not found'],
    ['GET', '/v1.50', 404, 'page not found'],
    ['PUT', '/v1.50/containers/json', 404, 'page not found'],
    ['POST', '/containers/x/attach', 404, 'No such container: x'],
    ['GET', '/containers/json?limit=x', 400, 'strconv.Atoi: parsing "x": invalid syntax'],
    ['GET', '/containers/json?filters=x', 400, 'invalid filter'],
    ['GET', '/containers/json?filters={"x":["1"]}', 400, "invalid filter 'x'"],
    [
      'GET',
      '/containers/json?filters={"exited":["x"]}',
      400,
      'invalid filter \'exited=x\': strconv.Atoi: parsing "x": invalid syntax',
    ],
    ['GET', '/networks/x', 404, 'network x not found'],
  ])('%s %s is %i', async (method, path, status, message) => {
    expect(await createTestEngine().call(method, path)).toEqual({ status, body: { message } });
  });

  test.each([
    ['', 'invalid JSON: got EOF while reading request body'],
    ['{', /^invalid JSON: /],
    ['{"Tty":"yes"}', /^invalid JSON: cannot use the value of Tty/],
    ['[]', /^invalid JSON: cannot use the value of body/],
  ])('to the body %j is 400', async (body, message) => {
    const { engine } = createTestEngine();
    const headers = { 'content-type': 'application/json' };
    const response = await engine.fetch(
      new Request('http://docker/containers/create', { method: 'POST', body, headers }),
    );
    expect(response.status).toBe(400);
    expect((await readJson(response)).message).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  test('to a body that is not JSON is 400', async () => {
    const { engine } = createTestEngine();
    const response = await engine.fetch(
      new Request('http://docker/containers/create', { method: 'POST', body: 'a=b' }),
    );
    expect((await readJson(response)).message).toBe(
      "unsupported Content-Type header (text/plain;charset=UTF-8): must be 'application/json'",
    );
  });
});

test('ping answers OK, to HEAD with the head only', async () => {
  const { engine } = createTestEngine();
  const get = await engine.fetch(new Request('http://docker/_ping'));
  expect([get.status, await get.text()]).toEqual([200, 'OK']);
  const head = await engine.fetch(new Request('http://docker/_ping', { method: 'HEAD' }));
  expect([head.status, await head.text(), head.headers.get('builder-version')]).toEqual([200, '', '1']);
});

test('info counts what there is', async () => {
  const t = createTestEngine();
  await t.start({ Cmd: ['sleep'] }, 'paused');
  await t.call('POST', '/containers/paused/pause');
  await t.start({ Cmd: ['sleep'] });
  await t.call('POST', '/containers/create', { Image: 'busybox' });
  expect((await t.call('GET', '/info')).body).toMatchObject({
    Containers: 3,
    ContainersRunning: 1,
    ContainersPaused: 1,
    ContainersStopped: 1,
    Images: 2,
    NCPU: 1,
    MemTotal: 536870912,
    KernelVersion: '6.1.0-fake',
  });
});

describe('the list', () => {
  async function names(t: TestEngine, query: string): Promise<string[]> {
    const { body } = await t.call('GET', `/containers/json?${query}`);
    return (body as { Names: string[] }[]).map(({ Names }) => Names.join());
  }
  async function three(): Promise<TestEngine> {
    const t = createTestEngine();
    await t.start({ Cmd: ['true'], Labels: { a: '1' } }, 'first');
    await t.call('POST', '/containers/first/wait');
    await t.start({ Cmd: ['sleep', 'a b'], Labels: { a: '2' } }, 'second');
    await t.start({ Cmd: ['sleep'], Image: 'busybox' }, 'third');
    return t;
  }

  test.each([
    ['', ['/third', '/second']],
    ['all=1', ['/third', '/second', '/first']],
    ['limit=2', ['/third', '/second']],
    ['limit=3', ['/third', '/second', '/first']],
    ['all=1&filters={"name":["ir"]}', ['/third', '/first']],
    ['all=1&filters={"name":{"^/second$":true}}', ['/second']],
    ['all=1&filters={"label":["a"]}', ['/second', '/first']],
    ['all=1&filters={"label":["a=2"]}', ['/second']],
    ['filters={"status":["exited"]}', ['/first']],
    ['all=1&filters={"exited":["0"]}', ['/first']],
    ['all=1&filters={"before":["third"]}', ['/second', '/first']],
    ['all=1&filters={"since":["first"]}', ['/third', '/second']],
    ['all=1&filters={"ancestor":["tool"]}', []],
    ['all=1&filters={"ancestor":["busybox"]}', ['/third', '/second', '/first']],
    ['all=1&filters={"network":["none"]}', []],
  ])('%s', async (query, expected) => expect(await names(await three(), query)).toEqual(expected));

  test('says what Docker says of each', async () => {
    const t = await three();
    const [, second, first] = (await t.call('GET', '/containers/json?all=1')).body as object[];
    expect(second).toMatchObject({
      Command: "sleep 'a b'",
      Image: 'busybox',
      State: 'running',
      Status: 'Up Less than a second',
    });
    expect(first).toMatchObject({ Command: 'true', State: 'exited', Status: 'Exited (0) Less than a second ago' });
  });

  test('shows exposed ports while the container runs', async () => {
    const t = createTestEngine();
    await t.start({ Cmd: ['sleep'], ExposedPorts: { '80/tcp': {}, '53/udp': {} } }, 'exposing');
    expect((await t.call('GET', '/containers/json')).body[0].Ports).toEqual([
      { PrivatePort: 53, Type: 'udp' },
      { PrivatePort: 80, Type: 'tcp' },
    ]);
    await t.call('POST', '/containers/exposing/kill');
    expect((await t.call('GET', '/containers/exposing/json')).body.NetworkSettings.Ports).toEqual({});
  });

  test('names an image by its id once the name is another’s', async () => {
    const t = await three();
    const tool = t.images.get('tool');
    const busybox = t.images.get('busybox');
    if (tool === undefined || busybox === undefined) throw new Error('no images');
    t.images.set('busybox', tool);
    const [third] = (await t.call('GET', '/containers/json')).body as { Image: string }[];
    expect(third?.Image).toBe(busybox.id);
  });
});

describe('events', () => {
  async function actions(t: TestEngine, query: string): Promise<string[]> {
    const response = await t.engine.fetch(new Request(`http://docker/events?${query}`));
    const lines: string[] = [];
    for await (const line of readLines(response.body ?? new ReadableStream())) lines.push(JSON.parse(line).Action);
    return lines;
  }
  /** Everything up to now, and a moment more for the clock's last digits. */
  const past = (): string => `since=1&until=${((Date.now() + 20) / 1000).toFixed(3)}`;

  test('tell a whole life, with attributes', async () => {
    const t = createTestEngine();
    const id = await t.start({ Cmd: ['sleep'], Labels: { k: 'v' } }, 'lived');
    await t.call('POST', '/containers/lived/stop');
    await t.call('DELETE', '/containers/lived');
    expect(await actions(t, past())).toEqual('create connect start kill disconnect die stop destroy'.split(' '));
    expect(await actions(t, `${past()}&filters={"event":["die"],"container":["lived"]}`)).toEqual(['die']);
    expect(await actions(t, `${past()}&filters={"type":["image"]}`)).toEqual([]);
    expect(await actions(t, `${past()}&filters={"image":["busybox"],"label":["k=v"]}`)).toHaveLength(6);
    const response = await t.engine.fetch(new Request(`http://docker/events?${past()}&filters={"event":["die"]}`));
    expect(JSON.parse(await response.text())).toMatchObject({
      status: 'die',
      id,
      from: 'busybox',
      Type: 'container',
      Actor: { ID: id, Attributes: { exitCode: '143', execDuration: '0', image: 'busybox', name: 'lived', k: 'v' } },
      scope: 'local',
    });
  });

  test('come as they happen, until the client goes', async () => {
    const t = createTestEngine();
    const gone = new AbortController();
    const response = await t.engine.fetch(new Request('http://docker/events', { signal: gone.signal }));
    const lines = readLines(response.body ?? new ReadableStream())[Symbol.asyncIterator]();
    const first = lines.next();
    await t.call('POST', '/containers/create?name=live', { Image: 'busybox' });
    expect(JSON.parse(String((await first).value))).toMatchObject({
      Action: 'create',
      Actor: { Attributes: { name: 'live' } },
    });
    gone.abort();
    expect((await lines.next()).done).toBe(true);
    expect((await t.call('GET', '/info')).body.NEventsListener).toBe(0);
  });

  test('refuse a time that runs backwards', async () => {
    expect((await createTestEngine().call('GET', '/events?since=20&until=10')).body).toEqual({
      message: '`since` time (20) cannot be after `until` time (10)',
    });
  });

  test('keep the last 256', async () => {
    const t = createTestEngine();
    for (let i = 0; i < 130; i++) {
      await t.call('POST', `/containers/create?name=n${i}`, { Image: 'busybox' });
      await t.call('DELETE', `/containers/n${i}`);
    }
    expect(await actions(t, past())).toHaveLength(256);
  });
});
