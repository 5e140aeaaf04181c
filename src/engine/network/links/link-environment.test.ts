import { expect, test } from 'vitest';
import { linkVariables } from './link-environment.ts';

const facts = { name: '/web/my-db', address: '172.17.0.2' };

test('a container without ports is told by name and environment', () => {
  const env = ['HOME=/root', 'PATH=/bin', 'PASSWORD=a=b', 'bare'];
  expect(linkVariables({ ...facts, ports: [], env })).toEqual(['MY_DB_NAME=/web/my-db', 'MY_DB_ENV_PASSWORD=a=b']);
});

test('each port has its variables, the lowest of TCP is the port', () => {
  expect(linkVariables({ ...facts, ports: ['53/udp', '443/tcp', '80/tcp'], env: [] })).toEqual([
    'MY_DB_PORT=tcp://172.17.0.2:80',
    'MY_DB_PORT_80_TCP=tcp://172.17.0.2:80',
    'MY_DB_PORT_80_TCP_ADDR=172.17.0.2',
    'MY_DB_PORT_80_TCP_PORT=80',
    'MY_DB_PORT_80_TCP_PROTO=tcp',
    'MY_DB_PORT_443_TCP=tcp://172.17.0.2:443',
    'MY_DB_PORT_443_TCP_ADDR=172.17.0.2',
    'MY_DB_PORT_443_TCP_PORT=443',
    'MY_DB_PORT_443_TCP_PROTO=tcp',
    'MY_DB_PORT_53_UDP=udp://172.17.0.2:53',
    'MY_DB_PORT_53_UDP_ADDR=172.17.0.2',
    'MY_DB_PORT_53_UDP_PORT=53',
    'MY_DB_PORT_53_UDP_PROTO=udp',
    'MY_DB_NAME=/web/my-db',
  ]);
});

test('ports in a row are a range besides', () => {
  const variables = linkVariables({ ...facts, ports: ['6381/tcp', '6379/tcp', '6380/tcp', '6380/udp'], env: [] });
  expect(variables.filter((text) => /_(START|END)=/.test(text))).toEqual([
    'MY_DB_PORT_6379_TCP_START=tcp://172.17.0.2:6379',
    'MY_DB_PORT_6379_TCP_PORT_START=6379',
    'MY_DB_PORT_6379_TCP_END=tcp://172.17.0.2:6381',
    'MY_DB_PORT_6379_TCP_PORT_END=6381',
  ]);
});
