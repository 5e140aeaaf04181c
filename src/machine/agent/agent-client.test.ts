// The client against an agent in memory: answers by id, windows in both directions, and what happens when the channel breaks.
import { describe, expect, test } from 'vitest';
import {
  AGENT_MESSAGES,
  AGENT_STREAM_BIT,
  MAX_DATA_BYTES,
  STREAM_WINDOW_BYTES,
} from '../../contracts/agent-protocol.ts';
import type { AgentMessage } from '../../contracts/agent-protocol.ts';
import { encodeFrame } from '../../contracts/frame-codec.ts';
import { ChannelPeer } from '../p9/channel-peer.ts';
import { AgentClient } from './agent-client.ts';
import type { AgentSession } from './agent-session.ts';
import type { AgentStream } from './agent-stream.ts';

type Peer = ChannelPeer<typeof AGENT_MESSAGES>;

/** Answers the greeting; everything else is the test's. */
function connect(client: AgentClient, onMessage: (message: AgentMessage, peer: Peer) => void = () => undefined): Peer {
  const peer: Peer = new ChannelPeer(AGENT_MESSAGES, (message, self) => {
    if (message.type === 'hello') self.send({ type: 'ok', id: message.id });
    else onMessage(message, self);
  });
  if (!client.accept(peer.channel)) throw new Error('The client refused the channel');
  return peer;
}

async function connected(onMessage?: (message: AgentMessage, peer: Peer) => void) {
  const log: string[] = [];
  const client = new AgentClient((line) => log.push(line));
  const peer = connect(client, onMessage);
  const session: AgentSession = await client.session();
  return { client, peer, session, log };
}

const bytes = (count: number) => new Uint8Array(count).fill(7);
const sentBytes = (peer: Peer) =>
  peer.received.reduce((sum, message) => sum + (message.type === 'data' ? message.content.length : 0), 0);
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

describe('requests', () => {
  test('the greeting comes first, with the time and entropy', async () => {
    const { peer } = await connected();
    const [hello] = peer.received;
    if (hello?.type !== 'hello') return expect.fail('no greeting');
    expect(Math.abs(hello.timeNs / 1e6 - Date.now())).toBeLessThan(10_000);
    expect(hello.entropy.length).toBeGreaterThanOrEqual(32);
    expect(new Set(hello.entropy).size).toBeGreaterThan(8);
  });

  test('answers may come in any order; requests of one turn leave together', async () => {
    const { peer, session } = await connected();
    const before = peer.reads;
    const both = Promise.all([
      session.request({ type: 'stat', path: '/a' }, 'attributes'),
      session.request({ type: 'list', path: '/b' }, 'names'),
    ]);
    await peer.until(({ type }) => type === 'list');
    expect(peer.reads).toBe(before + 1);
    const [stat, list] = peer.received.slice(-2);
    peer.send({ type: 'names', id: list?.id ?? 0, names: ['x'] });
    peer.send({ type: 'attributes', id: stat?.id ?? 0, mode: 1, size: 2, mtimeS: 3 });
    const [attributes, names] = await both;
    expect([attributes.size, names.names]).toEqual([2, ['x']]);
  });

  test('a refusal carries the errno and the agent’s words', async () => {
    const { session } = await connected((message, peer) => {
      peer.send({ type: 'failed', id: message.id, errno: 2, message: 'Cannot stat "/a"' });
    });
    const refused = session.request({ type: 'stat', path: '/a' }, 'attributes');
    await expect(refused).rejects.toMatchObject({ code: 'guest', errno: 2, message: 'Cannot stat "/a"' });
  });

  test('an exit may arrive together with the answer', async () => {
    const { session } = await connected((message, peer) => {
      if (message.type !== 'mkdir') return;
      const frames = [
        encodeFrame(AGENT_MESSAGES, { type: 'ok', id: message.id }),
        encodeFrame(AGENT_MESSAGES, { type: 'exited', id: message.id, code: 3, signal: 0 }),
      ];
      peer.raw(Buffer.concat(frames));
    });
    const ends: number[] = [];
    await session.request({ type: 'mkdir', path: '/', mode: 0 }, 'ok', { onExited: ({ code }) => ends.push(code) });
    expect(ends).toEqual([3]);
  });
});

describe('streams', () => {
  test('credit goes back only for what the consumer took', async () => {
    const { peer, session } = await connected();
    const stream = session.openStream('from-guest');
    for (let sent = 0; sent < STREAM_WINDOW_BYTES; sent += MAX_DATA_BYTES) {
      peer.send({ type: 'data', id: stream.id, content: bytes(MAX_DATA_BYTES) });
    }
    await settle();
    expect(peer.received.filter(({ type }) => type === 'credit')).toEqual([]);
    const reader = stream.readable.getReader();
    let taken = 0;
    while (taken < STREAM_WINDOW_BYTES) taken += (await reader.read()).value?.length ?? 0;
    await settle();
    const credits = peer.received.filter((message) => message.type === 'credit');
    expect(credits.reduce((sum, credit) => sum + credit.bytes, 0)).toBe(STREAM_WINDOW_BYTES);
  });

  test('a write waits for credit, and does not hold up another stream', async () => {
    const { peer, session } = await connected();
    const [slow, quick] = [session.openStream('to-guest'), session.openStream('to-guest')];
    const writer = slow.writable.getWriter();
    let done = false;
    const writing = writer.write(bytes(STREAM_WINDOW_BYTES + 10)).then(() => (done = true));
    await settle();
    expect([sentBytes(peer), done]).toEqual([STREAM_WINDOW_BYTES, false]);
    expect(Math.max(...peer.received.map((m) => (m.type === 'data' ? m.content.length : 0)))).toBe(MAX_DATA_BYTES);
    await quick.writable.getWriter().write(bytes(5));
    peer.send({ type: 'credit', id: slow.id, bytes: 10 });
    await writing;
    await settle();
    expect(sentBytes(peer)).toBe(STREAM_WINDOW_BYTES + 15);
  });

  test('ends and resets travel both ways', async () => {
    const { peer, session } = await connected();
    const stream = session.openStream('both');
    await stream.writable.close();
    await peer.until(({ type, id }) => type === 'end' && id === stream.id);
    peer.send({ type: 'data', id: stream.id, content: bytes(3) });
    peer.send({ type: 'end', id: stream.id });
    const reader = stream.readable.getReader();
    expect((await reader.read()).value?.length).toBe(3);
    expect((await reader.read()).done).toBe(true);

    const refused = session.openStream('to-guest');
    peer.send({ type: 'reset', id: refused.id, errno: 32 });
    await expect(refused.writable.getWriter().write(bytes(1))).rejects.toMatchObject({ code: 'guest', errno: 32 });

    const unwanted = session.openStream('from-guest');
    await unwanted.readable.cancel();
    await peer.until(({ type, id }) => type === 'reset' && id === unwanted.id);
  });

  test('accepted connections become streams', async () => {
    const { peer, session } = await connected((message, self) => {
      if (message.type === 'listen') self.send({ type: 'ok', id: message.id });
    });
    const accepted: AgentStream[] = [];
    await session.request({ type: 'listen', path: '/s', mode: 0o600 }, 'ok', { onAccepted: (s) => accepted.push(s) });
    const listen = await peer.until(({ type }) => type === 'listen');
    peer.send({ type: 'accepted', id: listen.id, stream: AGENT_STREAM_BIT + 1 });
    peer.send({ type: 'data', id: AGENT_STREAM_BIT + 1, content: bytes(4) });
    expect((await accepted[0]?.readable.getReader().read())?.value?.length).toBe(4);
  });
});

describe('a broken channel', () => {
  const broken: readonly [string, Uint8Array | AgentMessage][] = [
    ['a frame of an unknown type', new Uint8Array([9, 0, 0, 0, 250, 0, 0, 0, 0])],
    ['a size below the header', new Uint8Array([1, 0, 0, 0, 32, 0, 0, 0, 0])],
    ['a size above the limit', new Uint8Array([0, 0, 0, 127, 32, 0, 0, 0, 0])],
    ['a message of the host', { type: 'suspend', id: 1 }],
    ['an answer to nothing', { type: 'ok', id: 4242 }],
    ['a connection with a number of the host’s', { type: 'accepted', id: 1, stream: 5 }],
  ];
  test.each(broken)('%s ends the session, and the next one works', async (_what, content) => {
    const { client, peer, session, log } = await connected();
    const pending = session.request({ type: 'stat', path: '/' }, 'attributes');
    const stream = session.openStream('both');
    const read = stream.readable.getReader().read();
    if (content instanceof Uint8Array) peer.raw(content);
    else peer.send(content);
    await expect(pending).rejects.toMatchObject({ code: 'machine' });
    await expect(read).rejects.toMatchObject({ code: 'machine' });
    expect([peer.ended || peer.channel.closed, log.length]).toEqual([true, 1]);

    const waiting = client.session();
    connect(client, (message, self) => self.send({ type: 'names', id: message.id, names: ['again'] }));
    const { names } = await (await waiting).request({ type: 'list', path: '/' }, 'names');
    expect(names).toEqual(['again']);
  });

  test('a stream that exceeds its window is malformed', async () => {
    const { peer, session, log } = await connected();
    const stream = session.openStream('from-guest');
    for (let index = 0; index < 5; index += 1)
      peer.send({ type: 'data', id: stream.id, content: bytes(MAX_DATA_BYTES) });
    expect(peer.channel.closed).toBe(true);
    expect(log.join()).toContain('beyond its window');
  });

  test('the guest closing it tells who waits; follow-ups are told too', async () => {
    const { peer, session } = await connected((message, self) => self.send({ type: 'ok', id: message.id }));
    const lost: string[] = [];
    await session.request({ type: 'mkdir', path: '/', mode: 0 }, 'ok', { onLost: ({ code }) => lost.push(code) });
    peer.close();
    expect(lost).toEqual(['machine']);
    await expect(session.request({ type: 'stat', path: '/' }, 'attributes')).rejects.toMatchObject({ code: 'machine' });
  });
});

test('suspend puts away what came before it, and nothing comes after that', async () => {
  const asked: string[] = [];
  const { client } = await connected((message, self) => {
    asked.push(message.type);
    self.send({ type: 'ok', id: message.id });
    if (message.type === 'suspend') queueMicrotask(() => self.close());
  });
  asked.length = 0;
  await client.suspend(async () => void asked.push('settle'));
  expect(asked).toEqual(['release', 'release', 'settle', 'suspend']);
});

test('what was released goes on over another channel when the machine cannot be saved', async () => {
  const { client } = await connected((message, self) => self.send({ type: 'ok', id: message.id }));
  await expect(client.suspend(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(client.current).toBeUndefined();
  connect(client);
  await client.session();
});

test('suspend waits for the close, and refuses the channel until resume', async () => {
  const { client } = await connected((message, self) => {
    self.send({ type: 'ok', id: message.id });
    if (message.type === 'suspend') queueMicrotask(() => self.close());
  });
  await client.suspend();
  expect(client.accept(new ChannelPeer(AGENT_MESSAGES).channel)).toBe(false);
  client.resume();
  connect(client);
  await client.session();
});
