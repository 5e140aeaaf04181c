import { describe, expect, test } from 'vitest';
import { configSchema, hostConfigSchema } from '../container/create-request.ts';
import { PortAllocator } from './port-allocator.ts';
import { exposedPorts, portMap, portSummaries, releasePorts, takePorts } from './port-bindings.ts';

const EVERYWHERE = ['0.0.0.0', '::'];

describe('the allocator', () => {
  test('a port has one owner at an address, for each protocol', () => {
    const ports = new PortAllocator();
    const take = (address: string, protocol = 'tcp') => ports.take([address], protocol, { first: 80, last: 80 });
    expect(take('10.0.0.1')).toBe(80);
    expect(take('10.0.0.2')).toBe(80);
    expect(take('10.0.0.1', 'udp')).toBe(80);
    expect(() => take('10.0.0.1')).toThrow('Bind for 10.0.0.1:80 failed: port is already allocated');
    expect(() => take('0.0.0.0')).toThrow('Bind for 0.0.0.0:80 failed: port is already allocated');
    ports.release('10.0.0.1', 'tcp', 80);
    expect(take('10.0.0.1')).toBe(80);
  });

  test('everywhere keeps others away from every address', () => {
    const ports = new PortAllocator();
    ports.take(EVERYWHERE, 'tcp', { first: 80, last: 80 });
    expect(() => ports.take(['::1'], 'tcp', { first: 80, last: 80 })).toThrow('Bind for [::1]:80 failed');
  });

  test('a range gives the next one that is free, and says when there is none', () => {
    const ports = new PortAllocator();
    const take = () => ports.take(EVERYWHERE, 'tcp', { first: 9000, last: 9001 });
    expect([take(), take()]).toEqual([9000, 9001]);
    expect(take).toThrow('all ports are allocated');
    ports.release('0.0.0.0', 'tcp', 9000);
    expect(take).toThrow('all ports are allocated');
    ports.release('::', 'tcp', 9000);
    expect(take()).toBe(9000);
  });

  test('any port is a high one', () => {
    expect(new PortAllocator().take(EVERYWHERE, 'tcp', { first: 0, last: 0 })).toBe(32768);
  });
});

describe('bindings', () => {
  const config = configSchema.parse({ ExposedPorts: { '80/tcp': {}, '53/udp': {}, '443/tcp': {} } });
  const hostConfig = (PortBindings: object, PublishAllPorts = false) =>
    hostConfigSchema.parse({ PortBindings, PublishAllPorts });

  test('a port is published in both families, unless an address says which', () => {
    const own = hostConfig({ '80/tcp': [{ HostPort: '8080' }, { HostIp: '127.0.0.1', HostPort: '81' }] });
    const bindings = takePorts(new PortAllocator(), config, own, '0.0.0.0');
    expect(portMap(exposedPorts(config, own), bindings)).toEqual({
      '443/tcp': null,
      '53/udp': null,
      '80/tcp': [
        { HostIp: '0.0.0.0', HostPort: '8080' },
        { HostIp: '::', HostPort: '8080' },
        { HostIp: '127.0.0.1', HostPort: '81' },
      ],
    });
    expect(portSummaries(exposedPorts(config, own), bindings)).toEqual([
      { PrivatePort: 53, Type: 'udp' },
      { IP: '0.0.0.0', PrivatePort: 80, Type: 'tcp', PublicPort: 8080 },
      { IP: '::', PrivatePort: 80, Type: 'tcp', PublicPort: 8080 },
      { IP: '127.0.0.1', PrivatePort: 80, Type: 'tcp', PublicPort: 81 },
      { PrivatePort: 443, Type: 'tcp' },
    ]);
  });

  test('-P publishes what is exposed; daemon.json may say where', () => {
    const bindings = takePorts(new PortAllocator(), config, hostConfig({}, true), '10.0.0.1');
    expect(bindings.map(({ port, protocol, hostAddress }) => `${hostAddress} ${port}/${protocol}`)).toEqual([
      '10.0.0.1 53/udp',
      '10.0.0.1 80/tcp',
      '10.0.0.1 443/tcp',
    ]);
  });

  test('what cannot be taken whole is not taken at all', () => {
    const ports = new PortAllocator();
    ports.take(['0.0.0.0'], 'tcp', { first: 8443, last: 8443 });
    const wanted = hostConfig({ '80/tcp': [{ HostPort: '8080' }], '443/tcp': [{ HostPort: '8443' }] });
    expect(() => takePorts(ports, config, wanted, '0.0.0.0')).toThrow('Bind for 0.0.0.0:8443 failed');
    const bindings = takePorts(ports, config, hostConfig({ '80/tcp': [{ HostPort: '8080' }] }), '0.0.0.0');
    releasePorts(ports, bindings);
    expect(ports.take(EVERYWHERE, 'tcp', { first: 8080, last: 8080 })).toBe(8080);
  });

  test('an exact port is taken before a range that it is in', () => {
    const wanted = hostConfig({ '80/tcp': [{ HostPort: '9000-9001' }], '443/tcp': [{ HostPort: '9000' }] });
    const bindings = takePorts(new PortAllocator(), config, wanted, '0.0.0.0');
    expect(
      bindings.filter(({ hostAddress }) => hostAddress === '::').map(({ port, hostPort }) => [port, hostPort]),
    ).toEqual([
      [443, 9000],
      [80, 9001],
    ]);
  });
});
