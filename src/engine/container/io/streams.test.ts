import { describe, expect, test } from 'vitest';
import { bytesOf, createTestEngine, demultiplex } from '../../../../test/support/test-engine.ts';
import type { TestEngine } from '../../../../test/support/test-engine.ts';
import { FakeClock } from '../../../../test/support/fake-clock.ts';
import { RAW_STREAM } from '../../../contracts/engine-api.ts';
import type { ByteDuplex } from '../../../contracts/streams.ts';
import { DetachScanner, parseDetachKeys } from './detach-keys.ts';
import { OutputHub } from './output-hub.ts';

const utf8 = new TextEncoder();

async function attach(t: TestEngine, id: string, query: string): Promise<ByteDuplex> {
  const answer = await t.engine.upgrade(
    new Request(`http://docker/containers/${id}/attach?${query}`, { method: 'POST' }),
  );
  if (answer instanceof Response) throw new Error(`attach: ${answer.status} ${await answer.text()}`);
  return answer.stream;
}

const ALL = 'stream=1&stdin=1&stdout=1&stderr=1';

describe('attach', () => {
  test('before the start gets everything, and ends with the container', async () => {
    const t = createTestEngine();
    const { body } = await t.call('POST', '/containers/create', { Image: 'busybox', Cmd: ['both'] });
    const stream = await attach(t, body.Id, ALL);
    await t.call('POST', `/containers/${body.Id}/start`);
    expect(demultiplex(await bytesOf(stream.readable))).toEqual({ stdout: 'out\n', stderr: 'err\n' });
  });

  test('carries stdin and its end', async () => {
    const t = createTestEngine();
    const { body } = await t.call('POST', '/containers/create', {
      Image: 'busybox',
      Cmd: ['cat'],
      OpenStdin: true,
      StdinOnce: true,
    });
    const stream = await attach(t, body.Id, ALL);
    const writer = stream.writable.getWriter();
    const typed = writer.write(utf8.encode('before the start')).then(() => writer.close());
    await t.call('POST', `/containers/${body.Id}/start`);
    await typed;
    expect(demultiplex(await bytesOf(stream.readable)).stdout).toBe('before the start');
  });

  test('several times shows everybody the same', async () => {
    const t = createTestEngine();
    const { body } = await t.call('POST', '/containers/create', { Image: 'busybox', Cmd: ['both'] });
    const streams = await Promise.all([attach(t, body.Id, ALL), attach(t, body.Id, 'stream=1&stderr=1')]);
    await t.call('POST', `/containers/${body.Id}/start`);
    const outputs = await Promise.all(streams.map(async ({ readable }) => demultiplex(await bytesOf(readable))));
    expect(outputs).toEqual([
      { stdout: 'out\n', stderr: 'err\n' },
      { stdout: '', stderr: 'err\n' },
    ]);
  });

  test('with logs=1 begins with what was written before, unfinished lines too', async () => {
    const t = createTestEngine({
      prompt: async (io) => {
        await io.print('line\n$ ');
        await io.stdin.getReader().read();
        await io.print('bye');
        return 0;
      },
    });
    const id = await t.start({ Cmd: ['prompt'], OpenStdin: true, Tty: true });
    await expect.poll(async () => (await bytesOf((await attach(t, id, 'logs=1&stdout=1')).readable)).length).toBe(7);
    const stream = await attach(t, id, `logs=1&${ALL}`);
    await stream.writable.getWriter().write(utf8.encode('x'));
    expect(new TextDecoder().decode(await bytesOf(stream.readable))).toBe('line\n$ bye');
  });

  test('on a tty is raw, and the detach keys leave the container running', async () => {
    const t = createTestEngine();
    const id = await t.start({ Cmd: ['cat'], OpenStdin: true, Tty: true });
    const answer = await t.engine.upgrade(
      new Request(`http://docker/containers/${id}/attach?${ALL}`, { method: 'POST' }),
    );
    if (answer instanceof Response) throw new Error('refused');
    expect(answer.response.headers.get('content-type')).toBe(RAW_STREAM);
    const writer = answer.stream.writable.getWriter();
    const output = bytesOf(answer.stream.readable);
    await writer.write(utf8.encode('hi'));
    await writer.write(Uint8Array.of(16));
    await writer.write(Uint8Array.of(17)).catch(() => undefined);
    expect(new TextDecoder().decode(await output)).toBe('hi');
    expect((await t.call('GET', `/containers/${id}/json`)).body.State.Status).toBe('running');
    const again = await attach(t, id, ALL);
    await again.writable.getWriter().write(utf8.encode('back'));
    const { value } = await again.readable.getReader().read();
    expect(new TextDecoder().decode(value)).toBe('back');
  });

  test('refuses wrong keys, unknown and paused containers', async () => {
    const t = createTestEngine();
    const id = await t.start({ Cmd: ['sleep'] });
    await t.call('POST', `/containers/${id}/pause`);
    const refused = async (path: string): Promise<unknown> => {
      const answer = await t.engine.upgrade(new Request(`http://docker/containers/${path}`, { method: 'POST' }));
      return answer instanceof Response ? [answer.status, await answer.json()] : answer;
    };
    expect(await refused(`${id}/attach?detachKeys=ctrl-1`)).toEqual([
      400,
      { message: 'Invalid detach keys (ctrl-1) provided' },
    ]);
    expect(await refused('nope/attach')).toEqual([404, { message: 'No such container: nope' }]);
    expect(await refused(`${id}/attach`)).toEqual([
      409,
      { message: `container ${id} is paused, unpause the container before attach` },
    ]);
  });
});

describe('a fast container', () => {
  test('waits for a slow reader, whose memory is bounded, and drops one that stalls', async () => {
    const clock = new FakeClock();
    const hub = new OutputHub(clock);
    const reader = hub.attach({ stdout: true, stderr: true, multiplexed: false });
    const chunk = new Uint8Array(64 * 1024);
    let written = 0;
    let full: Promise<unknown> | undefined;
    while (full === undefined && written < 64) {
      full = hub.write('stdout', chunk);
      written++;
    }
    expect(written).toBe(16);
    await reader.readable.getReader().read();
    await full;
    expect(hub.write('stdout', chunk)).toBeInstanceOf(Promise);
    clock.advance(31_000);
    expect(hub.write('stdout', chunk)).toBeUndefined();
  });
});

describe('logs', () => {
  async function logs(t: TestEngine, id: string, query: string): Promise<Response> {
    return t.engine.fetch(new Request(`http://docker/containers/${id}/logs?${query}`));
  }
  async function finished(t: TestEngine, program: Record<string, unknown>): Promise<string> {
    const id = await t.start(program);
    await t.call('POST', `/containers/${id}/wait`);
    return id;
  }
  const lines = { lines: async (io: { print(text: string): Promise<void> }) => (await io.print('1\n2\n3\nrest'), 0) };

  test('gives both streams, framed', async () => {
    const t = createTestEngine();
    const id = await finished(t, { Cmd: ['both'] });
    expect(demultiplex(await bytesOf((await logs(t, id, 'stdout=1&stderr=1')).body))).toEqual({
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(demultiplex(await bytesOf((await logs(t, id, 'stderr=1')).body))).toEqual({ stdout: '', stderr: 'err\n' });
    const none = await logs(t, id, '');
    expect([none.status, await none.json()]).toEqual([
      400,
      { message: 'Bad parameters: you must choose at least one stream' },
    ]);
  });

  test.each([
    ['tail=2', '3\nrest'],
    ['tail=0', ''],
    ['tail=all', '1\n2\n3\nrest'],
    ['tail=100', '1\n2\n3\nrest'],
    ['until=1', ''],
    ['since=4000000000', ''],
    ['since=2020-01-01T00:00:00Z', '1\n2\n3\nrest'],
  ])('%s of a tty', async (query, expected) => {
    const t = createTestEngine(lines);
    const id = await finished(t, { Cmd: ['lines'], Tty: true });
    expect(await (await logs(t, id, `stdout=1&${query}`)).text()).toBe(expected);
  });

  test('with timestamps and details marks each line', async () => {
    const t = createTestEngine(lines);
    const id = await finished(t, { Cmd: ['lines'], Tty: true });
    const text = await (await logs(t, id, 'stdout=1&timestamps=1&details=1&tail=2')).text();
    expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z {2}3\n\d{4}-\S+Z {2}rest$/);
  });

  test('followed end with the container', async () => {
    const t = createTestEngine({
      slow: async (io) => {
        await io.print('first\n');
        await io.stdin.getReader().read();
        await io.print('second\n');
        return 0;
      },
    });
    const id = await t.start({ Cmd: ['slow'], OpenStdin: true, Tty: true });
    const response = await logs(t, id, 'stdout=1&follow=1');
    const text = response.text();
    await (await attach(t, id, 'stream=1&stdin=1')).writable.getWriter().write(utf8.encode('go'));
    expect(await text).toBe('first\nsecond\n');
  });

  test('followed end when the client goes', async () => {
    const t = createTestEngine();
    const id = await t.start({ Cmd: ['sleep'] });
    const gone = new AbortController();
    const request = new Request(`http://docker/containers/${id}/logs?stdout=1&follow=1`, { signal: gone.signal });
    const text = (await t.engine.fetch(request)).text();
    gone.abort();
    expect(await text).toBe('');
  });

  test('land on the guest’s disk a little later', async () => {
    const clock = new FakeClock();
    const t = createTestEngine({}, clock);
    const id = await t.start({ Cmd: ['echo', 'kept'] });
    await t.call('POST', `/containers/${id}/wait`);
    clock.advance(1000);
    const path = `/var/lib/docker/containers/${id}/${id}-json.log`;
    await expect
      .poll(async () =>
        t.runtime.files.read(path).then(
          (bytes) => new TextDecoder().decode(bytes),
          () => '',
        ),
      )
      .toMatch(/^\{"log":"kept\\n","stream":"stdout","time":"2024-11-21T\S+Z"\}\n$/);
  });
});

describe('detach keys', () => {
  test.each([
    ['', [16, 17]],
    ['ctrl-a,b', [1, 98]],
    ['ctrl-@,ctrl-[,ctrl-_', [0, 27, 31]],
    ['DEL', [127]],
  ])('%j', (keys, bytes) => expect([...parseDetachKeys(keys)]).toEqual(bytes));

  test('are found across writes; what only began them goes on', () => {
    const scanner = new DetachScanner(Uint8Array.of(16, 17));
    const scan = (...bytes: number[]): unknown => {
      const { pass, detached } = scanner.scan(Uint8Array.from(bytes));
      return [[...pass], detached];
    };
    expect(scan(1, 16)).toEqual([[1], false]);
    expect(scan(2)).toEqual([[16, 2], false]);
    expect(scan(16, 16)).toEqual([[16], false]);
    expect(scan(17, 5)).toEqual([[], true]);
  });
});

test('a reader slower than the container’s end still gets everything', async () => {
  const clock = new FakeClock();
  const total = 3 * 1024 * 1024;
  const t = createTestEngine(
    {
      big: async (io) => {
        for (let i = 0; i < total / 65_536; i++) await io.print(new Uint8Array(65_536));
        return 0;
      },
    },
    clock,
  );
  const { body } = await t.call('POST', '/containers/create', { Image: 'busybox', Cmd: ['big'], Tty: true });
  const stream = await attach(t, body.Id, ALL);
  await t.call('POST', `/containers/${body.Id}/start`);
  expect((await bytesOf(stream.readable)).length).toBe(total);
  expect((await t.call('POST', `/containers/${body.Id}/wait`)).body.StatusCode).toBe(0);
});
