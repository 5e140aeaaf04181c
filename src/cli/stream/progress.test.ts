// Pull progress on a terminal; without one it is compared with the real client in testing/cases.
import { describe, expect, it } from 'vitest';
import { textSink } from '../cli-context.ts';
import { MemorySession } from '../testing/memory-session.ts';
import { progressBar, showProgress } from './progress.ts';

function stream(messages: readonly unknown[]): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  return new Response(bytes).body ?? new ReadableStream();
}

describe('progressBar', () => {
  it.each([
    [{ current: 0, total: 0 }, ''],
    [{ current: 1500 }, '   1.5kB'],
    [{ current: 50, total: 100 }, `[${'='.repeat(25)}>${' '.repeat(25)}]      50B/100B`],
    [{ current: 100, total: 100 }, `[${'='.repeat(50)}>]     100B/100B`],
    [{ current: 3, units: 's' }, '3 s'],
  ])('%j', (detail, expected) => {
    expect(progressBar(detail)).toBe(expected);
  });

  it('has no bar on a narrow terminal', () =>
    expect(progressBar({ current: 50, total: 100 }, 80)).toBe('     50B/100B'));
});

describe('showProgress', () => {
  it('rewrites the line of each layer', async () => {
    const session = new MemorySession({ args: [] });
    const messages = [
      { status: 'Pulling from library/x', id: 'latest' },
      { status: 'Waiting', progressDetail: {}, id: 'aa' },
      { status: 'Waiting', progressDetail: {}, id: 'bb' },
      { status: 'Downloading', progressDetail: { current: 1, total: 2 }, id: 'aa' },
      { status: 'Status: done' },
    ];
    await showProgress(stream(messages), textSink(session.stdout), { isTerminal: true, columns: 80 });
    expect(session.stdout.text).toBe(
      'latest: Pulling from library/x\n' +
        '\n\x1b[1A\x1b[2K\raa: Waiting \r\x1b[1B' +
        '\n\x1b[1A\x1b[2K\rbb: Waiting \r\x1b[1B' +
        '\x1b[2A\x1b[2K\raa: Downloading       1B/2B\r\x1b[2B' +
        'Status: done\n',
    );
  });

  it('fails with the daemon’s words', async () => {
    const session = new MemorySession({ args: [] });
    const failing = showProgress(
      stream([{ errorDetail: { message: 'boom' }, error: 'boom' }]),
      textSink(session.stdout),
      {
        isTerminal: false,
        columns: undefined,
      },
    );
    await expect(failing).rejects.toThrow('boom');
  });
});
