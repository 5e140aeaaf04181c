// The clean end of an engine: how long it waits for containers that do not end.
import { describe, expect, test, vi } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { createTestEngine } from '../../../test/support/test-engine.ts';

/** An engine with a container that nothing ends, and its end under way. */
async function stopping(daemon: Record<string, unknown>, container: object = {}) {
  const clock = new FakeClock();
  const t = createTestEngine({}, clock, { daemon });
  await t.start({ Cmd: ['sleep', '1000'], ...container });
  vi.spyOn(t.runtime, 'kill').mockReturnValue(new Promise(() => undefined));
  const before = clock.pending;
  let isDone = false;
  const done = t.engine.stop().then(() => {
    isDone = true;
  });
  await expect.poll(() => vi.mocked(t.runtime.kill).mock.calls.length).toBe(1);
  return { clock, done, isDone: () => isDone, waits: () => clock.pending > before, log: t.log };
}

describe('an engine that ends', () => {
  test('waits for shutdown-timeout, then goes', async () => {
    const { clock, done, isDone, log } = await stopping({ 'shutdown-timeout': 60 });
    clock.advance(59_000);
    await Promise.resolve();
    expect(isDone()).toBe(false);
    clock.advance(2_000);
    await done;
    expect(log).toContain('Force shutdown daemon');
  });

  test('gives containers their own time and five seconds, where that is more', async () => {
    const { clock, done, isDone } = await stopping({ 'shutdown-timeout': 1 }, { StopTimeout: 100 });
    clock.advance(104_000);
    await Promise.resolve();
    expect(isDone()).toBe(false);
    clock.advance(2_000);
    await done;
  });

  test.each([
    [{ 'shutdown-timeout': -1 }, {}],
    [{}, { StopTimeout: -1 }],
  ])('waits for ever with %o and %o', async (daemon, container) => {
    const { waits } = await stopping(daemon, container);
    expect(waits()).toBe(false);
  });

  test('does not wait once all have ended', async () => {
    const clock = new FakeClock();
    const t = createTestEngine({}, clock);
    await t.start({ Cmd: ['sleep', '1000'] });
    const before = clock.pending;
    await t.engine.stop();
    expect(clock.pending).toBe(before);
    expect(t.log).not.toContain('Force shutdown daemon');
  });
});
