// Internet sockets: connections both ways, datagrams with their addresses and windows, and what cannot be had.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DATAGRAM_OVERHEAD_BYTES, INET_PROTOCOL, STREAM_WINDOW_BYTES } from '../../src/contracts/agent-protocol.ts';
import type { AgentMessage } from '../../src/contracts/agent-protocol.ts';
import type { TestAgent } from './test-agent.ts';
import { useAgent } from './use-agent.ts';

let agent: TestAgent;
useAgent((started) => (agent = started));
const LOCAL = { netns: '', address: '127.0.0.1' };
const LOCAL_NUMBER = 0x7f00_0001;

/** A port of the loopback that nobody has just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function udpPeer(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  onTestFinished(() => void socket.close());
  await once(socket, 'listening');
  return socket;
}

const datagrams = () =>
  agent.messages.filter((one): one is Extract<AgentMessage, { type: 'datagram' }> => one.type === 'datagram');

test('connections to a port become streams until unlisten', async () => {
  const port = await freePort();
  const listener = agent.request({ type: 'listenInet', ...LOCAL, port });
  await agent.message(({ id, type }) => id === listener && type === 'ok');
  const client = connect(port, '127.0.0.1');
  onTestFinished(() => void client.destroy());
  client.write('to the host');
  const accepted = await agent.message(({ type }) => type === 'accepted');
  if (accepted.type !== 'accepted') return expect.fail();
  expect(accepted.id).toBe(listener);
  await agent.until(() => agent.text(accepted.stream) === 'to the host');
  agent.write(accepted.stream, 'and back');
  const [answer] = (await once(client, 'data')) as [Buffer];
  expect(answer.toString()).toBe('and back');
  expect(await agent.ask({ type: 'listenInet', ...LOCAL, port })).toMatchObject({ type: 'failed', errno: 98 });
  expect(await agent.ask({ type: 'unlisten', listener })).toMatchObject({ type: 'ok' });
  const refused = connect(port, '127.0.0.1');
  await expect(once(refused, 'connect')).rejects.toThrow('ECONNREFUSED');
  return undefined;
});

describe('connecting', () => {
  const tcp = INET_PROTOCOL.tcp;
  const udp = INET_PROTOCOL.udp;

  test('over TCP', async () => {
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await agent.ask({ type: 'connectInet', ...LOCAL, protocol: tcp, port, stream: 5 });
    agent.write(5, 'there and back');
    agent.end(5);
    expect(await agent.all(5)).toBe('there and back');
  });

  test('over UDP keeps datagrams apart', async () => {
    const peer = await udpPeer();
    peer.on('message', (message, { port }) => peer.send(message, port, '127.0.0.1'));
    await agent.ask({ type: 'connectInet', ...LOCAL, protocol: udp, port: peer.address().port, stream: 5 });
    agent.write(5, 'one');
    agent.write(5, 'three');
    await agent.until(() => agent.length(5) === 8);
    expect(agent.text(5)).toBe('onethree');
  });

  test('to nobody resets the stream', async () => {
    const port = await freePort();
    for (const [stream, protocol] of [
      [5, tcp],
      [7, udp],
    ] as const) {
      await agent.ask({ type: 'connectInet', ...LOCAL, protocol, port, stream });
      agent.write(stream, 'anybody');
      expect(await agent.ended(stream)).toMatchObject({ type: 'reset', errno: 111 });
    }
  });

  test.each([
    ['an address that is none', { address: 'localhost', protocol: udp, stream: 5 }, 22],
    ['another protocol', { address: '127.0.0.1', protocol: 1, stream: 5 }, 93],
    ['no stream', { address: '127.0.0.1', protocol: udp, stream: 0 }, 22],
    ['a namespace that is not there', { address: '127.0.0.1', protocol: udp, stream: 5, netns: '/nowhere' }, 2],
  ])('%s is refused', async (_what, request, errno) => {
    const answer = await agent.ask({ type: 'connectInet', netns: '', port: 9, ...request });
    expect(answer).toMatchObject({ type: 'failed', errno });
  });
});

describe('datagrams', () => {
  test('come and go with addresses, empty ones too', async () => {
    const [port, peer] = await Promise.all([freePort(), udpPeer()]);
    expect(await agent.ask({ type: 'datagrams', ...LOCAL, port, stream: 5 })).toMatchObject({ type: 'ok' });
    peer.send('question', port, '127.0.0.1');
    peer.send('', port, '127.0.0.1');
    await agent.until(() => datagrams().length === 2);
    expect(datagrams()).toMatchObject([
      { id: 5, address: LOCAL_NUMBER, port: peer.address().port, content: new TextEncoder().encode('question') },
      { id: 5, address: LOCAL_NUMBER, content: new Uint8Array(0) },
    ]);
    const content = new TextEncoder().encode('answer');
    agent.send({ type: 'datagram', id: 5, address: LOCAL_NUMBER, port: peer.address().port, content });
    const [message, from] = (await once(peer, 'message')) as [Buffer, AddressInfo];
    expect([message.toString(), from.port]).toEqual(['answer', port]);
    // Nobody is there, nobody may send there, and there is no such socket: they are lost.
    agent.send({ type: 'datagram', id: 5, address: LOCAL_NUMBER, port: await freePort(), content });
    agent.send({ type: 'datagram', id: 5, address: 0, port: 0, content });
    agent.send({ type: 'datagram', id: 99, address: LOCAL_NUMBER, port, content });
    peer.send('again', port, '127.0.0.1');
    await agent.until(() => datagrams().length === 3);
    agent.send({ type: 'reset', id: 5, errno: 0 });
    expect(await agent.ask({ type: 'datagrams', ...LOCAL, port, stream: 5 })).toMatchObject({ type: 'ok' });
  });

  test('stop at the window, and go on with credit', async () => {
    const [port, peer] = await Promise.all([freePort(), udpPeer()]);
    await agent.ask({ type: 'datagrams', ...LOCAL, port, stream: 5 });
    const size = 30_000;
    const most = Math.floor((STREAM_WINDOW_BYTES - 65_535) / (size + DATAGRAM_OVERHEAD_BYTES)) + 1;
    for (let sent = 1; sent <= most; sent++) {
      peer.send(new Uint8Array(size), port, '127.0.0.1');
      await agent.until(() => datagrams().length === sent);
    }
    peer.send('one more', port, '127.0.0.1');
    // Answered after whatever the socket had to say.
    for (let round = 0; round < 5; round++) await agent.ask({ type: 'stat', path: '/' });
    expect(datagrams()).toHaveLength(most);
    agent.send({ type: 'credit', id: 5, bytes: most * (size + DATAGRAM_OVERHEAD_BYTES) });
    await agent.until(() => datagrams().length === most + 1);
  });

  test.each([
    ['IPv6', { address: '::1', stream: 5 }, 97],
    ['an address of somebody else', { address: '192.0.2.1', stream: 5 }, 99],
    ['no stream', { address: '127.0.0.1', stream: 0 }, 22],
  ])('%s is refused', async (_what, request, errno) => {
    const answer = await agent.ask({ type: 'datagrams', netns: '', port: 0, ...request });
    expect(answer).toMatchObject({ type: 'failed', errno });
  });
});
