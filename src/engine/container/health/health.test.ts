import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../../test/support/fake-clock.ts';
import { createTestEngine } from '../../../../test/support/test-engine.ts';
import type { AnyJson, TestEngine } from '../../../../test/support/test-engine.ts';
import type { FakeIo, FakeProgram } from '../../../machine/fake/fake-task.ts';
import { goDuration } from './probe.ts';

const SECOND_NS = 1e9;

interface Bench extends TestEngine {
  readonly clock: FakeClock;
  readonly id: string;
  health(): Promise<AnyJson>;
  /** Lets `ms` pass, then waits until `count` more checks have ended. */
  pass(ms: number, count?: number): Promise<void>;
  actions(): Promise<string[]>;
}

async function bench(check: object, program: FakeProgram, config: object = {}): Promise<Bench> {
  const clock = new FakeClock();
  const t = createTestEngine({ check: program, '/bin/sh': program }, clock);
  const Healthcheck = { Test: ['CMD', 'check', 'now'], Interval: 10 * SECOND_NS, ...check };
  const id = await t.start({ Cmd: ['sleep'], Healthcheck, ...config }, 'he');
  const health = async (): Promise<AnyJson> => (await t.call('GET', `/containers/${id}/json`)).body.State.Health;
  const ends = async (): Promise<number> =>
    (await actionsOf(t, clock)).filter((action) => action === 'exec_die').length;
  return {
    ...t,
    clock,
    id,
    health,
    actions: () => actionsOf(t, clock),
    async pass(ms, count = 1) {
      const before = await ends();
      const waiting = clock.pending;
      clock.advance(ms);
      await expect.poll(ends).toBe(before + count);
      await expect.poll(() => clock.pending).toBe(waiting);
    },
  };
}

async function actionsOf(t: TestEngine, clock: FakeClock): Promise<string[]> {
  const until = (clock.nowMs() / 1000).toFixed(6);
  const response = await t.engine.fetch(new Request(`http://docker/events?since=1&until=${until}`));
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line).Action);
}

const answers = (...codes: number[]): FakeProgram => {
  let next = 0;
  return async (io: FakeIo) => {
    await io.print(`check ${next}`);
    return codes[Math.min(next++, codes.length - 1)] ?? 0;
  };
};

describe('a health check', () => {
  test('turns healthy, and unhealthy after as many failures as allowed', async () => {
    const t = await bench({ Retries: 2 }, answers(0, 1, 1, 0));
    expect(await t.health()).toEqual({ Status: 'starting', FailingStreak: 0, Log: [] });
    expect((await t.call('GET', '/containers/json')).body[0].Status).toMatch(/^Up .* \(health: starting\)$/);
    await t.pass(10_000);
    expect(await t.health()).toMatchObject({
      Status: 'healthy',
      FailingStreak: 0,
      Log: [{ ExitCode: 0, Output: 'check 0' }],
    });
    await t.pass(10_000);
    expect(await t.health()).toMatchObject({ Status: 'healthy', FailingStreak: 1 });
    await t.pass(10_000);
    expect(await t.health()).toMatchObject({ Status: 'unhealthy', FailingStreak: 2 });
    expect((await t.call('GET', '/containers/json')).body[0].Status).toMatch(/^Up .* \(unhealthy\)$/);
    await t.pass(10_000);
    expect(await t.health()).toMatchObject({ Status: 'healthy', FailingStreak: 0 });
  });

  test('tells each change, and each of its execs', async () => {
    const t = await bench({}, answers(0));
    const events = t.engine.fetch(new Request('http://docker/events?filters={"event":["health_status"]}'));
    const reader = (await events).body?.getReader();
    await t.pass(10_000);
    await t.pass(10_000);
    const { value } = (await reader?.read()) ?? {};
    expect(JSON.parse(new TextDecoder().decode(value))).toMatchObject({
      Action: 'health_status: healthy',
      Type: 'container',
    });
    await reader?.cancel();
    const actions = await t.actions();
    expect(actions.slice(actions.indexOf('start') + 1)).toEqual([
      'exec_create: check now',
      'exec_start: check now',
      'exec_die',
      'health_status: healthy',
      'exec_create: check now',
      'exec_start: check now',
      'exec_die',
    ]);
  });

  test('keeps five results, and 4096 bytes of each', async () => {
    const t = await bench({}, async (io) => {
      await io.print('x'.repeat(5000));
      return 0;
    });
    for (let i = 0; i < 6; i++) await t.pass(10_000);
    const { Log } = await t.health();
    expect(Log).toHaveLength(5);
    expect(Log[4].Output).toBe(`${'x'.repeat(4096)}...`);
  });

  test('that takes too long is killed and has failed', async () => {
    const t = await bench({ Timeout: 2 * SECOND_NS, Retries: 1 }, async (io) => {
      await io.print('slow');
      return new Promise((resolve) => io.ended.addEventListener('abort', () => resolve(137)));
    });
    t.clock.advance(10_000);
    await expect.poll(() => t.runtime.containers.get(t.id)?.execs.size).toBe(1);
    await expect.poll(() => t.clock.pending).toBeGreaterThan(0);
    t.clock.advance(2_000);
    await expect.poll(async () => (await t.health()).Status).toBe('unhealthy');
    expect((await t.health()).Log).toMatchObject([
      { ExitCode: -1, Output: 'Health check exceeded timeout (2s): slow' },
    ]);
  });

  test('that cannot run has failed, and says why', async () => {
    const t = await bench({ Test: ['CMD', 'nope'] }, answers(0));
    t.clock.advance(10_000);
    await expect.poll(async () => (await t.health()).Log.length).toBe(1);
    expect((await t.health()).Log[0]).toMatchObject({
      ExitCode: -1,
      Output:
        'OCI runtime exec failed: exec failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown',
    });
  });

  test('does not count failures of the start period, and asks more often in it', async () => {
    const t = await bench(
      { StartPeriod: 12 * SECOND_NS, StartInterval: 4 * SECOND_NS, Retries: 1 },
      answers(1, 1, 0, 1),
    );
    await t.pass(4_000);
    await t.pass(4_000);
    expect(await t.health()).toMatchObject({ Status: 'starting', FailingStreak: 0 });
    await t.pass(4_000);
    expect(await t.health()).toMatchObject({ Status: 'healthy' });
    await t.pass(10_000);
    expect(await t.health()).toMatchObject({ Status: 'unhealthy', FailingStreak: 1 });
  });

  test('by shell uses the shell', async () => {
    const commands: string[] = [];
    const t = await bench({ Test: ['CMD-SHELL', 'check now || exit 1'] }, (io) => {
      commands.push(io.argv.join(' '));
      return 0;
    });
    await t.pass(10_000);
    expect(commands).toEqual(['/bin/sh -c check now || exit 1']);
  });

  test('rests while the container is paused, and ends with it', async () => {
    const t = await bench({}, answers(0));
    await t.pass(10_000);
    await t.call('POST', '/containers/he/pause');
    const idle = t.clock.pending;
    t.clock.advance(60_000);
    expect(t.runtime.callsOf('exec')).toHaveLength(1);
    expect((await t.health()).Status).toBe('unhealthy');
    await t.call('POST', '/containers/he/unpause');
    expect(t.clock.pending).toBe(idle + 1);
    await t.pass(10_000);
    expect((await t.health()).Status).toBe('healthy');
    await t.call('POST', '/containers/he/kill');
    t.clock.advance(60_000);
    expect(t.runtime.callsOf('exec')).toHaveLength(2);
    await t.call('POST', '/containers/he/start');
    expect(await t.health()).toMatchObject({ Status: 'starting', FailingStreak: 0, Log: [{}, {}] });
  });

  test('under way when the container ends leaves nothing', async () => {
    const t = await bench({}, (io) => new Promise((resolve) => io.ended.addEventListener('abort', () => resolve(137))));
    t.clock.advance(10_000);
    await expect.poll(() => t.runtime.containers.get(t.id)?.execs.size).toBe(1);
    await t.call('POST', '/containers/he/kill');
    await t.call('DELETE', '/containers/h');
    t.clock.advance(300_000);
    await expect.poll(() => t.clock.pending).toBe(0);
  });

  test('is none by default, with NONE and with a kind nobody knows', async () => {
    for (const Test of [['NONE'], ['X', 'y'], []]) {
      const t = await bench({ Test }, answers(0));
      expect(await t.health()).toBeUndefined();
    }
  });
});

describe('its configuration', () => {
  test('comes from the image where the container leaves it open', async () => {
    const t = createTestEngine();
    const image = t.images.get('tool');
    if (image?.config.config === undefined) throw new Error('no image');
    Object.assign(image.config.config, { Healthcheck: { Test: ['CMD', 'a'], Interval: 5e9, Retries: 7 } });
    const create = async (Healthcheck?: object): Promise<AnyJson> => {
      const { body } = await t.call('POST', '/containers/create', { Image: 'tool', Healthcheck });
      return (await t.call('GET', `/containers/${body.Id}/json`)).body.Config.Healthcheck;
    };
    expect(await create()).toEqual({ Test: ['CMD', 'a'], Interval: 5e9, Retries: 7 });
    expect(await create({ Interval: 1e9, Timeout: 0 })).toEqual({ Test: ['CMD', 'a'], Interval: 1e9, Retries: 7 });
    expect(await create({ Test: ['NONE'] })).toEqual({ Test: ['NONE'], Interval: 5e9, Retries: 7 });
  });

  test.each([
    [{ Interval: 1 }, 'Interval in Healthcheck cannot be less than 1ms'],
    [{ Timeout: 1 }, 'Timeout in Healthcheck cannot be less than 1ms'],
    [{ StartPeriod: 1 }, 'StartPeriod in Healthcheck cannot be less than 1ms'],
    [{ StartInterval: 1 }, 'StartInterval in Healthcheck cannot be less than 1ms'],
    [{ Retries: -1 }, 'Retries in Healthcheck cannot be negative'],
  ])('%j is refused', async (Healthcheck, message) => {
    const answer = await createTestEngine().call('POST', '/containers/create', { Image: 'busybox', Healthcheck });
    expect(answer).toEqual({ status: 400, body: { message } });
  });
});

test.each([
  [200, '200ms'],
  [1500, '1.5s'],
  [30_000, '30s'],
  [90_000, '1m30s'],
  [3_600_000, '1h0m0s'],
])('%i ms are %s', (ms, text) => expect(goDuration(ms)).toBe(text));
