// The DNS server of a container in the engine: who is found from where, and what becomes of it over the container's time.
import { describe, expect, test } from 'vitest';
import { createTestEngine } from '../../../../test/support/test-engine.ts';
import type { TestEngine } from '../../../../test/support/test-engine.ts';
import { RCODE, TYPE } from './message.ts';
import { question, readReply } from './testing.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function start(t: TestEngine, name: string, network: string, more: object = {}): Promise<string> {
  await t.start({ Cmd: ['sleep'], HostConfig: { NetworkMode: network, ...more } }, name);
  return netnsOf(t, name);
}

async function netnsOf(t: TestEngine, name: string): Promise<string> {
  const { body } = await t.call('GET', `/containers/${name}/json`);
  return `/proc/${body.State.Pid}/ns/net`;
}

async function look(t: TestEngine, netns: string, name: string, type: number = TYPE.A) {
  const bytes = await t.runtime.sockets.ask(netns, question(name, type));
  if (bytes === undefined) throw new Error('No answer');
  const { rcode, answers } = readReply(bytes);
  return { rcode, answers: answers.map(({ data }) => data.join('.')) };
}

async function withTwo(): Promise<TestEngine & { one: string; two: string }> {
  const t = createTestEngine();
  await t.call('POST', '/networks/create', { Name: 'front' });
  const one = await start(t, 'one', 'front');
  const two = await start(t, 'two', 'front');
  return { ...t, one, two };
}

describe('names', () => {
  test('are found in both directions, with no AAAA, and back from the address', async () => {
    const t = await withTwo();
    expect(await look(t, t.one, 'two')).toEqual({ rcode: RCODE.noError, answers: ['172.18.0.3'] });
    expect(await look(t, t.two, 'ONE.front')).toEqual({ rcode: RCODE.noError, answers: ['172.18.0.2'] });
    expect(await look(t, t.one, 'two', TYPE.AAAA)).toEqual({ rcode: RCODE.noError, answers: [] });
    expect(await look(t, t.one, 'two', TYPE.MX)).toEqual({ rcode: RCODE.noError, answers: [] });
    const { answers } = await look(t, t.one, '3.0.18.172.in-addr.arpa', TYPE.PTR);
    const name = '\u0003two\u0005front\0';
    expect(answers).toEqual([Array.from(name, (one) => one.charCodeAt(0)).join('.')]);
  });

  test('are answered to nobody on the default bridge', async () => {
    const t = await withTwo();
    const three = await start(t, 'three', 'bridge');
    await expect(look(t, three, 'one')).rejects.toThrow('Nobody listens');
    expect(await look(t, t.one, 'three')).toMatchObject({ rcode: RCODE.serverFailure });
    expect([...t.runtime.sockets.open]).toHaveLength(4);
  });

  test('follow connect, disconnect, rename and the end', async () => {
    const t = await withTwo();
    const three = await start(t, 'three', 'bridge');
    const body = { Container: 'three', EndpointConfig: { Aliases: ['third'] } };
    await t.call('POST', '/networks/front/connect', body);
    expect(await look(t, three, 'two')).toMatchObject({ answers: ['172.18.0.3'] });
    expect(await look(t, t.two, 'third')).toMatchObject({ answers: ['172.18.0.4'] });
    await t.call('POST', '/containers/three/rename?name=four');
    expect(await look(t, t.two, 'four')).toMatchObject({ answers: ['172.18.0.4'] });
    expect(await look(t, t.two, 'three')).toMatchObject({ answers: [] });
    await t.call('POST', '/networks/front/disconnect', { Container: 'four' });
    expect(await look(t, t.two, 'third')).toMatchObject({ answers: [] });
    expect(await look(t, three, 'two')).toMatchObject({ answers: [] });
    await t.call('POST', '/containers/one/kill');
    await t.call('POST', '/containers/one/wait');
    expect(await look(t, t.two, 'one')).toMatchObject({ answers: [] });
    await expect(look(t, t.one, 'two')).rejects.toThrow('Nobody listens');
  });
});

describe('other names', () => {
  const NOT_THERE = Uint8Array.of(0, 7, 0x81, 0x80 | RCODE.nameError, 0, 0, 0, 0, 0, 0, 0, 0);
  const withRcode = (rcode: number) => Uint8Array.of(0, 7, 0x81, 0x80 | rcode, 0, 0, 0, 0, 0, 0, 0, 0);
  const rcodeOf = async (t: TestEngine, netns: string, name: string) =>
    ((await t.runtime.sockets.ask(netns, question(name, TYPE.A)))?.[3] ?? 255) & 15;

  test('are asked of --dns servers, the next one when one fails', async () => {
    const t = createTestEngine();
    await t.call('POST', '/networks/create', { Name: 'front' });
    const netns = await start(t, 'one', 'front', { Dns: ['9.9.9.1', '9.9.9.2', '9.9.9.3'] });
    expect(await rcodeOf(t, netns, 'outside.test')).toBe(RCODE.serverFailure);
    t.runtime.sockets.servers.set('9.9.9.1', () => withRcode(RCODE.refused));
    expect(await rcodeOf(t, netns, 'outside.test')).toBe(RCODE.serverFailure);
    t.runtime.sockets.servers.set('9.9.9.3', () => NOT_THERE);
    expect(await rcodeOf(t, netns, 'outside.test')).toBe(RCODE.nameError);
    t.runtime.sockets.servers.set('9.9.9.2', () => Uint8Array.of(1, 2, 3));
    expect(await rcodeOf(t, netns, 'outside.test')).toBe(RCODE.nameError);
  });

  test('are not asked of the host’s servers by who has no way out', async () => {
    const t = createTestEngine();
    await t.runtime.files.mkdir('/etc');
    await t.runtime.files.write('/etc/resolv.conf', new TextEncoder().encode('nameserver 9.9.9.9\n'));
    t.runtime.sockets.servers.set('9.9.9.9', () => NOT_THERE);
    await t.call('POST', '/networks/create', { Name: 'front' });
    await t.call('POST', '/networks/create', { Name: 'inside', Internal: true });
    expect(await rcodeOf(t, await start(t, 'one', 'front'), 'outside.test')).toBe(RCODE.nameError);
    expect(await rcodeOf(t, await start(t, 'two', 'inside'), 'outside.test')).toBe(RCODE.serverFailure);
  });

  test('without dots are for the search domains when somebody chose ndots', async () => {
    const t = createTestEngine();
    await t.call('POST', '/networks/create', { Name: 'front' });
    const netns = await start(t, 'one', 'front', { DnsOptions: ['ndots:1'] });
    expect(await rcodeOf(t, netns, 'outside')).toBe(RCODE.noError);
    expect(await rcodeOf(t, netns, 'out.side')).toBe(RCODE.serverFailure);
  });
});

describe('the server', () => {
  test('has rules in the container’s namespace that lead to its ports', async () => {
    const t = await withTwo();
    const ports = Object.fromEntries(
      [...t.runtime.sockets.open].filter((one) => one.netns === t.one).map((one) => [one.protocol, one.port]),
    );
    const [rules] = t.runtime.callsOf('spawn').filter(({ request }) => request.argv[1] === `--net=${t.one}`);
    expect(rules?.request.argv.slice(2)).toEqual(['iptables-restore', '--noflush', '--wait']);
    expect(ports).toEqual({ udp: expect.any(Number), tcp: expect.any(Number) });
  });

  test('goes on at the same ports when the machine was out of reach', async () => {
    const t = await withTwo();
    const portsOf = () => [...t.runtime.sockets.open].map(({ netns, protocol, port }) => [netns, protocol, port]);
    const before = portsOf();
    const spawned = t.runtime.callsOf('spawn').length;
    t.runtime.sockets.loseAll();
    await expect.poll(portsOf).toEqual(before);
    expect(await look(t, t.one, 'two')).toMatchObject({ answers: ['172.18.0.3'] });
    expect(t.runtime.callsOf('spawn')).toHaveLength(spawned);
  });

  test('goes on with another engine', async () => {
    const t = await withTwo();
    const before = [...t.runtime.sockets.open].map(({ port }) => port).toSorted();
    await t.engine.leave();
    expect(t.runtime.sockets.open.size).toBe(0);
    const next = createTestEngine({}, undefined, { runtime: t.runtime, liveRestore: true });
    await next.engine.ready;
    expect([...t.runtime.sockets.open].map(({ port }) => port).toSorted()).toEqual(before);
    expect(await look(next, t.two, 'one')).toMatchObject({ answers: ['172.18.0.2'] });
    expect(next.log.filter((line) => line.includes('DNS'))).toEqual([]);
  });

  test('that cannot start is told, and the container runs', async () => {
    const t = createTestEngine({
      nsenter: async (io) => {
        await io.printError('no tables\n');
        return 1;
      },
    });
    await t.call('POST', '/networks/create', { Name: 'front' });
    await start(t, 'one', 'front');
    const why = /^Cannot start the DNS server of container [0-9a-f]{64}: no tables$/;
    expect(t.log).toEqual(expect.arrayContaining([expect.stringMatching(why)]));
    expect(t.runtime.sockets.open.size).toBe(0);
  });
});

describe('resolv.conf', () => {
  const read = async (t: TestEngine, name: string) => {
    const { body } = await t.call('GET', `/containers/${name}/json`);
    return text(await t.runtime.files.read(body.ResolvConfPath));
  };

  test('changes with the first connect, unless somebody changed it', async () => {
    const t = await withTwo();
    expect(await read(t, 'one')).toContain('nameserver 127.0.0.11\noptions ndots:0\n');
    await start(t, 'three', 'bridge');
    await start(t, 'edited', 'bridge');
    expect(await read(t, 'three')).toContain("nameserver 8.8.4.4\n\n# Based on host file: '/etc/resolv.conf' (legacy)");
    const { body } = await t.call('GET', '/containers/edited/json');
    await t.runtime.files.write(body.ResolvConfPath, new TextEncoder().encode('mine\n'));
    for (const name of ['three', 'edited']) await t.call('POST', '/networks/front/connect', { Container: name });
    expect(await read(t, 'three')).toBe(await read(t, 'one'));
    expect(await read(t, 'edited')).toBe('mine\n');
    await t.call('POST', '/networks/front/disconnect', { Container: 'three' });
    expect(await read(t, 'three')).toBe(await read(t, 'one'));
  });
});
