// The stub's frames become a session of the CLI, as the guest's `docker` sends them.
import { describe, expect, test } from 'vitest';
import { CLI_MESSAGES } from '../../contracts/cli-protocol.ts';
import type { CliMessage } from '../../contracts/cli-protocol.ts';
import type { CliSession } from '../../contracts/cli-session.ts';
import { encodeFrame } from '../../contracts/frame-codec.ts';
import { ChannelPeer } from '../p9/channel-peer.ts';
import { Channel } from '../p9/p9-channel.ts';
import { serveCliChannel } from './cli-session-server.ts';

type Peer = ChannelPeer<typeof CLI_MESSAGES>;

const OPEN: CliMessage = {
  type: 'open',
  id: 0,
  version: 1,
  argv: ['docker', 'ps', '-a'],
  env: ['A=b=c', 'EMPTY='],
  cwd: '/workspace',
  terminal: 5,
  cols: 100,
  rows: 30,
};

function start(
  onCli: (session: CliSession) => Promise<number>,
  onMessage?: (message: CliMessage, peer: Peer) => void,
): { peer: Peer; log: string[] } {
  const log: string[] = [];
  const peer: Peer = new ChannelPeer(CLI_MESSAGES, onMessage);
  serveCliChannel(peer.channel, {
    onCli: async (session) => {
      // Tests talk about `peer`, which they have only when this function has returned.
      await Promise.resolve();
      return onCli(session);
    },
    onLog: (line) => log.push(line),
  });
  peer.send(OPEN);
  return { peer, log };
}

const text = (content: Uint8Array) => new TextDecoder().decode(content);
const bytes = (content: string) => new TextEncoder().encode(content);

describe('a session', () => {
  test('carries arguments, environment, output and the exit code', async () => {
    const { peer } = start(async (session) => {
      expect([session.args, session.env, session.cwd]).toEqual([['ps', '-a'], { A: 'b=c', EMPTY: '' }, '/workspace']);
      expect(session.terminal).toEqual({ stdin: true, stdout: false, stderr: true });
      expect(session.windowSize()).toEqual({ cols: 100, rows: 30 });
      await session.stdout.write(bytes('out'));
      await session.stderr.write(bytes('err'));
      return 7;
    });
    const exit = await peer.until(({ type }) => type === 'exit');
    expect(exit).toMatchObject({ code: 7, signal: 0 });
    expect(peer.received.map((m) => ('content' in m ? `${m.type} ${text(m.content)}` : m.type))).toEqual([
      'stdout out',
      'stderr err',
      'exit',
    ]);
  });

  test('asks for input only when somebody reads', async () => {
    const { peer } = start(
      async (session) => {
        const reader = session.stdin.getReader();
        expect(peer.received).toEqual([]);
        const first = await reader.read();
        expect(text(first.value ?? new Uint8Array())).toBe('line');
        expect((await reader.read()).done).toBe(true);
        return 0;
      },
      (message, self) => {
        if (message.type !== 'pull') return;
        const pulls = self.received.filter(({ type }) => type === 'pull').length;
        self.send({ type: 'stdin', id: 0, content: pulls === 1 ? bytes('line') : new Uint8Array(0) });
      },
    );
    expect(await peer.until(({ type }) => type === 'exit')).toMatchObject({ code: 0 });
  });

  test('catches signals only while somebody listens', async () => {
    const seen: string[] = [];
    const { peer } = start(
      async (session) => {
        const caught = new Promise<void>((resolve) => {
          const stop = session.onSignal((signal) => {
            seen.push(signal);
            stop();
            resolve();
          });
        });
        await caught;
        return 130;
      },
      (message, self) => {
        if (message.type === 'catchSignals' && message.on === 1) self.send({ type: 'signal', id: 0, signal: 2 });
      },
    );
    await peer.until(({ type }) => type === 'exit');
    expect(seen).toEqual(['INT']);
    expect(peer.received.flatMap((m) => (m.type === 'catchSignals' ? [m.on] : []))).toEqual([1, 0]);
  });

  test('a stub that is about to stop gets a message, so that its read returns', async () => {
    const { peer } = start((session) => new Promise((resolve) => session.onSignal(() => resolve(7), 'terminations')));
    await peer.until((message) => message.type === 'catchSignals' && message.on === 2);
    peer.send({ type: 'signal', id: 0, signal: 20 });
    await expect.poll(() => peer.received.length).toBe(2);
    expect(peer.received[1]).toEqual({ type: 'catchSignals', id: 0, on: 2 });
    peer.send({ type: 'signal', id: 0, signal: 2 });
    expect(await peer.until(({ type }) => type === 'exit')).toMatchObject({ code: 7 });
  });

  test('reads and writes files of the guest', async () => {
    const { peer } = start(
      async ({ files }) => {
        expect(text(await files.read('Dockerfile'))).toBe('FROM scratch');
        await files.write('id', bytes('abc'), { exclusive: true, mode: 0o600 });
        await expect(files.read('missing')).rejects.toMatchObject({ code: 'guest', errno: 2 });
        return 0;
      },
      (message, self) => {
        if (message.type === 'read' && message.path === 'Dockerfile') {
          self.send({ type: 'content', id: message.id, content: bytes('FROM scratch') });
        } else if (message.type === 'read') self.send({ type: 'done', id: message.id, errno: 2 });
        else if (message.type === 'write') self.send({ type: 'done', id: message.id, errno: 0 });
      },
    );
    expect(await peer.until(({ type }) => type === 'exit')).toMatchObject({ code: 0 });
    expect(peer.received.find(({ type }) => type === 'write')).toMatchObject({ flags: 2, mode: 0o600 });
  });

  test('a throw becomes a line on stderr and exit code 1', async () => {
    const { peer } = start(() => Promise.reject(new Error('it broke')));
    expect(await peer.until(({ type }) => type === 'exit')).toMatchObject({ code: 1 });
    expect(peer.received[0]).toMatchObject({ type: 'stderr', content: bytes('it broke\n') });
  });

  test('output waits for a guest that does not read', async () => {
    const channel = new Channel();
    let written = 0;
    serveCliChannel(channel, {
      onCli: async (session) => {
        for (; written < 64; written += 1) await session.stdout.write(new Uint8Array(64 * 1024));
        return 0;
      },
      onLog: () => undefined,
    });
    void channel.handle.write(0, encodeFrame(CLI_MESSAGES, OPEN));
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(written).toBe(0);
    let takenBytes = 0;
    while (written < 64 || channel.queuedBytes > 0) {
      channel.handle.hold?.(1 << 20, (result) => (takenBytes += result instanceof Uint8Array ? result.length : 0));
      expect(channel.queuedBytes).toBeLessThan(256 * 1024);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(takenBytes).toBeGreaterThan(64 * 64 * 1024);
  });

  test('the stub going away aborts, ends the input and fails what waits', async () => {
    const outcome: string[] = [];
    let finished: () => void = () => undefined;
    const done = new Promise<void>((resolve) => {
      finished = resolve;
    });
    const { peer } = start(async (session) => {
      session.gone.addEventListener('abort', () => outcome.push('gone'));
      const reading = session.files.read('x').catch((error: { code: string }) => outcome.push(error.code));
      const input = session.stdin.getReader().read();
      peer.close();
      outcome.push(`input ended ${(await input).done}`);
      await reading;
      finished();
      return 0;
    });
    await done;
    expect(outcome.sort()).toEqual(['cancelled', 'gone', 'input ended true']);
  });

  test.each([
    ['a frame that is none', (peer: Peer) => peer.raw(new Uint8Array(9))],
    ['a second open', (peer: Peer) => peer.send(OPEN)],
    ['an answer to nothing', (peer: Peer) => peer.send({ type: 'done', id: 9, errno: 0 })],
  ])('%s closes it with a reason', async (_what, misbehave) => {
    const { peer, log } = start(() => new Promise(() => undefined));
    misbehave(peer);
    await expect.poll(() => peer.ended).toBe(true);
    expect(log).toHaveLength(1);
  });
});
