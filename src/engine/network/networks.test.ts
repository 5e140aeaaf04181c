import { describe, expect, test } from 'vitest';
import { createTestEngine } from '../../../test/support/test-engine.ts';
import type { TestEngine } from '../../../test/support/test-engine.ts';
import { DrydockError } from '../../contracts/errors.ts';

const create = (t: TestEngine, body: object) => t.call('POST', '/networks/create', body);
const inspect = async (t: TestEngine, name: string) => (await t.call('GET', `/networks/${name}`)).body;
const settings = async (t: TestEngine, name: string) =>
  (await t.call('GET', `/containers/${name}/json`)).body.NetworkSettings;

describe('create', () => {
  test('takes the next subnet, and tells what it has', async () => {
    const t = createTestEngine();
    const { status, body } = await create(t, { Name: 'one', Labels: { a: 'b' }, Options: { x: 'y' } });
    expect(status).toBe(201);
    expect(await inspect(t, 'one')).toMatchObject({
      Id: body.Id,
      Driver: 'bridge',
      IPAM: { Driver: 'default', Config: [{ Subnet: '172.18.0.0/16', Gateway: '172.18.0.1' }] },
      Labels: { a: 'b' },
      Options: { x: 'y' },
      Containers: {},
    });
    expect(await inspect(t, body.Id.slice(0, 5))).toMatchObject({ Name: 'one' });
  });

  const ipam = (...Config: object[]) => ({ IPAM: { Config } });
  test.each([
    [{ Name: 'host' }, 403, 'operation is not permitted on predefined host network '],
    [{ Name: ' ' }, 400, 'invalid name: name is empty'],
    [{ Name: 'taken' }, 409, 'network with name taken already exists'],
    [
      { Name: 'n', ...ipam({ Subnet: '10.0.0.0/44' }) },
      400,
      'invalid network config:\ninvalid subnet 10.0.0.0/44: invalid CIDR block notation',
    ],
    [
      { Name: 'n', ...ipam({ Subnet: '10.0.0.9/24', Gateway: '10.1.0.1' }) },
      400,
      'invalid network config:\n* invalid subnet 10.0.0.9/24: it should be 10.0.0.0/24\n' +
        "* invalid gateway 10.1.0.1: parent subnet 10.0.0.9/24 doesn't contain this address",
    ],
    [
      { Name: 'n', ...ipam({ Subnet: '172.17.9.0/24' }) },
      403,
      'invalid pool request: Pool overlaps with other one on this address space',
    ],
    [
      { Name: 'n', ...ipam({ Subnet: '10.0.0.0/24' }, { Subnet: '10.0.1.0/24' }) },
      403,
      "bridge driver doesn't support multiple subnets",
    ],
    [
      { Name: 'n', Options: { 'com.docker.network.bridge.enable_icc': 'maybe' } },
      400,
      'failed to parse com.docker.network.bridge.enable_icc value: maybe (strconv.ParseBool: parsing "maybe": invalid syntax)',
    ],
    [{ Name: 'n', Driver: 'host' }, 403, 'only one instance of "host" network is allowed'],
  ])('%o is refused', async (body, status, message) => {
    const t = createTestEngine();
    await create(t, { Name: 'taken' });
    const before = t.runtime.calls.length;
    expect(await create(t, body)).toEqual({ status, body: { message } });
    expect(t.runtime.calls.slice(before)).toEqual([]);
    expect((await t.call('GET', '/networks')).body).toHaveLength(4);
  });

  test('rules that iptables refuses leave no bridge behind', async () => {
    const t = createTestEngine();
    await t.engine.ready;
    t.runtime.programs['iptables-restore'] = async (io) => {
      await io.printError('iptables-restore: line 2 failed\n');
      return 1;
    };
    expect(await create(t, { Name: 'n' })).toEqual({
      status: 500,
      body: { message: 'iptables-restore: line 2 failed' },
    });
    expect((await t.call('GET', '/networks/n')).status).toBe(404);
    // Made, and removed again.
    expect(
      t.runtime
        .callsOf('netlink')
        .slice(-2)
        .map(({ messages }) => messages[4]),
    ).toEqual([16, 17]);
  });
});

describe('configurations', () => {
  const CONFIG = {
    Name: 'cfg',
    ConfigOnly: true,
    Options: { x: 'y' },
    Labels: { a: 'b' },
    IPAM: { Config: [{ Subnet: '10.7.0.0/24', Gateway: '10.7.0.1' }] },
  };

  test('are settings for other networks, and for no container', async () => {
    const t = createTestEngine();
    expect((await create(t, CONFIG)).status).toBe(201);
    const settings = { Options: CONFIG.Options, Labels: CONFIG.Labels, IPAM: { Config: CONFIG.IPAM.Config } };
    expect(await inspect(t, 'cfg')).toMatchObject({ ...settings, Driver: 'null', ConfigOnly: true });
    expect((await create(t, { Name: 'mine', ConfigFrom: { Network: 'cfg' } })).status).toBe(201);
    expect(await inspect(t, 'mine')).toMatchObject({
      ...settings,
      Driver: 'bridge',
      ConfigOnly: false,
      ConfigFrom: { Network: 'cfg' },
    });
    await t.call('POST', '/containers/create?name=aa', { Image: 'busybox', HostConfig: { NetworkMode: 'cfg' } });
    expect((await t.call('POST', '/containers/aa/start')).body.message).toBe(
      'failed to set up container networking: cannot create endpoint on configuration-only network',
    );
    expect(await t.call('DELETE', '/networks/cfg')).toEqual({
      status: 403,
      body: { message: 'error while removing network: configuration network "cfg" is in use' },
    });
    expect((await t.call('POST', '/networks/prune')).body).toEqual({ NetworksDeleted: ['mine'] });
    const next = createTestEngine({}, undefined, { runtime: t.runtime });
    expect(await inspect(next, 'cfg')).toMatchObject({ ConfigOnly: true });
    expect((await next.call('DELETE', '/networks/cfg')).status).toBe(204);
  });

  test.each([
    [{ ConfigFrom: { Network: 'nope' } }, 404, 'configuration network "nope" does not exist'],
    [
      { ConfigFrom: { Network: 'cfg' }, Labels: { a: 'b' } },
      403,
      'user specified configurations are not supported if the network depends on a configuration network',
    ],
    [
      { ConfigFrom: { Network: 'cfg' }, Options: { a: 'b' } },
      403,
      'network driver options are not supported if the network depends on a configuration network',
    ],
    [
      { ConfigFrom: { Network: 'cfg' }, ConfigOnly: true },
      403,
      'a configuration network cannot depend on another configuration network',
    ],
    [
      { ConfigOnly: true, Internal: true },
      403,
      'configuration network can only contain network specific fields. ' +
        'Network operator fields like [ ingress | internal | attachable | scope ] are not supported.',
    ],
    [{ Driver: 'nope' }, 404, 'plugin "nope" not found'],
  ])('%o is refused', async (body, status, message) => {
    const t = createTestEngine();
    await create(t, CONFIG);
    expect(await create(t, { Name: 'mine', ...body })).toEqual({ status, body: { message } });
  });
});

describe('containers', () => {
  test('get addresses in order and give them back', async () => {
    const t = createTestEngine();
    await t.start({ Cmd: ['sleep'] }, 'aa');
    await t.start({ Cmd: ['sleep'] }, 'bb');
    expect([(await settings(t, 'aa')).IPAddress, (await settings(t, 'bb')).IPAddress]).toEqual([
      '172.17.0.2',
      '172.17.0.3',
    ]);
    await t.call('DELETE', '/containers/aa?force=1');
    await t.start({ Cmd: ['sleep'] }, 'cc');
    expect((await settings(t, 'cc')).IPAddress).toBe('172.17.0.2');
    expect(Object.values((await inspect(t, 'bridge')).Containers)).toMatchObject([
      { Name: 'bb', IPv4Address: '172.17.0.3/16' },
      { Name: 'cc', IPv4Address: '172.17.0.2/16' },
    ]);
  });

  test('a kernel that refuses the cable leaves nothing taken', async () => {
    const t = createTestEngine();
    await t.engine.ready;
    const { body } = await t.call('POST', '/containers/create?name=xx', { Image: 'busybox', Cmd: ['sleep'] });
    t.runtime.failNext('netlink', new DrydockError('guest', 'Cannot carry out netlink message 1: No buffer space'));
    const started = await t.call('POST', `/containers/${body.Id}/start`);
    expect(started).toEqual({
      status: 500,
      body: {
        message: 'failed to set up container networking: Cannot carry out netlink message 1: No buffer space',
      },
    });
    expect((await inspect(t, 'bridge')).Containers).toEqual({});
    expect((await t.call('POST', `/containers/${body.Id}/start`)).status).toBe(204);
    expect((await settings(t, 'xx')).IPAddress).toBe('172.17.0.2');
  });

  test('a container of two networks leaves one and joins another', async () => {
    const t = createTestEngine();
    await create(t, { Name: 'n1', IPAM: { Config: [{ Subnet: '10.1.0.0/24' }] } });
    await t.start({ Cmd: ['sleep'] }, 'aa');
    const connect = (EndpointConfig: object) =>
      t.call('POST', '/networks/n1/connect', { Container: 'aa', EndpointConfig });
    expect((await connect({ IPAMConfig: { IPv4Address: '10.2.0.1' } })).body.message).toBe(
      'invalid endpoint settings:\nno configured subnet or ip-range contain the IP address 10.2.0.1',
    );
    expect((await connect({ IPAMConfig: { IPv4Address: '10.1.0.7' }, Aliases: ['alias'] })).status).toBe(200);
    expect((await connect({})).body.message).toBe('endpoint with name aa already exists in network n1');
    expect((await settings(t, 'aa')).Networks['n1']).toMatchObject({
      IPAddress: '10.1.0.7',
      Aliases: ['alias'],
      DNSNames: ['aa', 'alias', expect.stringMatching(/^[0-9a-f]{12}$/)],
    });
    expect((await t.call('DELETE', '/networks/n1')).status).toBe(403);
    expect((await t.call('POST', '/networks/bridge/disconnect', { Container: 'aa' })).status).toBe(200);
    expect(Object.keys((await settings(t, 'aa')).Networks)).toEqual(['n1']);
    expect((await t.call('POST', '/networks/bridge/disconnect', { Container: 'aa' })).body.message).toMatch(
      /^container [0-9a-f]{64} is not connected to network bridge$/,
    );
  });

  test('one that does not run is connected at its next start', async () => {
    const t = createTestEngine();
    await create(t, { Name: 'n1' });
    await t.call('POST', '/containers/create?name=aa', { Image: 'busybox', Cmd: ['sleep'] });
    expect((await t.call('POST', '/networks/n1/connect', { Container: 'aa' })).status).toBe(200);
    expect((await inspect(t, 'n1')).Containers).toEqual({});
    await t.call('POST', '/containers/aa/start');
    expect(Object.keys((await inspect(t, 'n1')).Containers)).toHaveLength(1);
    expect((await settings(t, 'aa')).Networks).toMatchObject({
      bridge: { IPAddress: '172.17.0.2' },
      n1: { IPAddress: '172.18.0.2' },
    });
  });
});

describe('the next engine', () => {
  test('knows networks, and the addresses of containers that go on', async () => {
    const first = createTestEngine();
    await create(first, {
      Name: 'mine',
      Internal: true,
      IPAM: { Config: [{ Subnet: '10.1.0.0/24', IPRange: '10.1.0.64/26' }] },
    });
    await first.start({ Cmd: ['sleep'], HostConfig: { NetworkMode: 'mine' } }, 'aa');
    const before = [await inspect(first, 'mine'), await settings(first, 'aa')];
    await first.engine.leave();
    const second = createTestEngine({}, undefined, { runtime: first.runtime, liveRestore: true });
    expect([await inspect(second, 'mine'), await settings(second, 'aa')]).toEqual(before);
    await second.start({ Cmd: ['sleep'], HostConfig: { NetworkMode: 'mine' } }, 'bb');
    expect((await settings(second, 'bb')).Networks['mine'].IPAddress).toBe('10.1.0.66');
  });

  test('makes the default network by its own daemon.json, unless containers run on the old one', async () => {
    const first = createTestEngine();
    await first.start({ Cmd: ['sleep'] }, 'aa');
    const before = await inspect(first, 'bridge');
    await first.engine.leave();
    const daemon = { bip: '10.9.0.1/24', 'fixed-cidr': '10.9.0.64/26', mtu: 1400, icc: false, ip: '127.0.0.1' };
    const second = createTestEngine({}, undefined, { runtime: first.runtime, liveRestore: true, daemon });
    expect(await inspect(second, 'bridge')).toEqual(before);
    expect(second.log).toContain('there are running containers, updated network configuration will not take affect');
    await second.call('DELETE', '/containers/aa?force=1');
    await second.call('POST', '/containers/create?name=bb', { Image: 'busybox', Cmd: ['sleep'] });
    await second.engine.leave();
    const third = createTestEngine({}, undefined, { runtime: first.runtime, liveRestore: true, daemon });
    const bridge = await inspect(third, 'bridge');
    expect(bridge).toMatchObject({
      IPAM: { Config: [{ Subnet: '10.9.0.0/24', IPRange: '10.9.0.64/26', Gateway: '10.9.0.1' }] },
      Options: {
        'com.docker.network.driver.mtu': '1400',
        'com.docker.network.bridge.enable_icc': 'false',
        'com.docker.network.bridge.host_binding_ipv4': '127.0.0.1',
      },
    });
    expect(bridge.Id).not.toBe(before.Id);
    expect((await third.call('POST', '/containers/bb/start')).status).toBe(204);
    expect(await settings(third, 'bb')).toMatchObject({ IPAddress: '10.9.0.64', Gateway: '10.9.0.1' });
  });
});

describe('daemon.json', () => {
  test('gives networks their subnets and options', async () => {
    const t = createTestEngine({}, undefined, {
      daemon: {
        'default-address-pools': [{ base: '10.5.0.0/16', size: 24 }],
        'default-network-opts': { bridge: { 'com.docker.network.driver.mtu': '1300', x: 'usual' } },
      },
    });
    await create(t, { Name: 'one', Options: { x: 'own' } });
    expect(await inspect(t, 'bridge')).toMatchObject({ IPAM: { Config: [{ Subnet: '10.5.0.0/24' }] } });
    expect(await inspect(t, 'one')).toMatchObject({
      IPAM: { Config: [{ Subnet: '10.5.1.0/24' }] },
      Options: { 'com.docker.network.driver.mtu': '1300', x: 'own' },
    });
    expect((await t.call('GET', '/info')).body.DefaultAddressPools).toEqual([{ Base: '10.5.0.0/16', Size: 24 }]);
  });

  test('may want no default network: its containers have a loopback then', async () => {
    const t = createTestEngine({}, undefined, { daemon: { bridge: 'none' } });
    await t.start({ Cmd: ['sleep'] }, 'aa');
    expect((await t.call('GET', '/networks')).body.map(({ Name }: { Name: string }) => Name)).toEqual(['host', 'none']);
    expect((await settings(t, 'aa')).Networks).toMatchObject({ bridge: { IPAddress: '', EndpointID: '' } });
    const host = { ExtraHosts: ['me:host-gateway'] };
    const { body } = await t.call('POST', '/containers/create', { Image: 'busybox', HostConfig: host });
    expect(body.message).toBe('unable to derive the IP value for host-gateway');
  });
});
