import { describe, expect, it } from 'vitest';
import type { Check } from '../contracts/lesson.ts';
import { checkSchema } from '../contracts/lesson.ts';
import type { EngineResponse } from '../contracts/worker-surface.ts';
import type { AskEngine } from './check.ts';
import { evaluateCheck, evaluateChecks } from './check.ts';

const container = (overrides: object) => ({
  Id: 'c1',
  Names: ['/box'],
  Image: 'busybox',
  Command: 'sh',
  State: 'exited',
  ...overrides,
});

/** An engine that knows these answers and nothing else. */
function engine(answers: Record<string, unknown>): AskEngine {
  return ({ method, path }) => {
    expect(method).toBe('GET');
    const answer = answers[path];
    return Promise.resolve<EngineResponse>(
      answer === undefined
        ? { status: 404, body: '{"message":"not there"}' }
        : { status: 200, body: JSON.stringify(answer) },
    );
  };
}

const check = (value: object): Check => checkSchema.parse(value);
const list = '/containers/json?all=1';

describe('container checks', () => {
  it.each([
    { wanted: { image: 'busybox' }, has: {}, passes: true },
    { wanted: { image: 'busybox:latest' }, has: {}, passes: true },
    { wanted: { image: 'busybox' }, has: { Image: 'docker.io/library/busybox:latest' }, passes: true },
    { wanted: { image: 'busybox' }, has: { Image: 'busybox:1.36' }, passes: false },
    { wanted: { name: 'box' }, has: {}, passes: true },
    { wanted: { name: 'bo' }, has: {}, passes: false },
    { wanted: { command: 'sh' }, has: { Command: 'sh -c ls' }, passes: false },
    { wanted: { status: 'running' }, has: {}, passes: false },
    { wanted: { status: ['running', 'exited'] }, has: {}, passes: true },
    { wanted: { name: 'other', exists: false }, has: {}, passes: true },
    { wanted: { name: 'box', exists: false }, has: {}, passes: false },
  ])('$wanted against $has: $passes', async ({ wanted, has, passes }) => {
    const ask = engine({ [list]: [container(has)] });
    expect(await evaluateCheck(check({ type: 'container', ...wanted }), ask)).toBe(passes);
  });

  it('must all hold for one and the same container', async () => {
    const ask = engine({ [list]: [container({ Image: 'busybox', State: 'running' }), container({ Image: 'redis' })] });
    expect(await evaluateCheck(check({ type: 'container', image: 'busybox', status: 'exited' }), ask)).toBe(false);
  });

  it('ask for the exit code of containers that have ended only', async () => {
    const wanted = check({ type: 'container', image: 'busybox', exitCode: 0 });
    const ended = { '/containers/c1/json': { State: { ExitCode: 0 } } };
    expect(await evaluateCheck(wanted, engine({ [list]: [container({})], ...ended }))).toBe(true);
    expect(await evaluateCheck(wanted, engine({ [list]: [container({ State: 'running' })], ...ended }))).toBe(false);
    expect(
      await evaluateCheck(
        wanted,
        engine({ [list]: [container({})], '/containers/c1/json': { State: { ExitCode: 1 } } }),
      ),
    ).toBe(false);
  });

  it('take a container that was removed meanwhile for none', async () => {
    const wanted = check({ type: 'container', image: 'busybox', exitCode: 0 });
    expect(await evaluateCheck(wanted, engine({ [list]: [container({})] }))).toBe(false);
  });
});

describe('image checks', () => {
  const has = engine({ '/images/busybox:latest/json': {} });

  it('tell present from absent', async () => {
    expect(await evaluateCheck(check({ type: 'image', reference: 'busybox' }), has)).toBe(true);
    expect(await evaluateCheck(check({ type: 'image', reference: 'redis' }), has)).toBe(false);
    expect(await evaluateCheck(check({ type: 'image', reference: 'redis', exists: false }), has)).toBe(true);
  });
});

describe('request checks', () => {
  const ask = engine({ '/info': { Containers: 2, Plugins: { Volume: ['local', 'other'] }, Swarm: null } });
  const answers = (expected: unknown) =>
    evaluateCheck(check({ type: 'request', path: '/info', expect: expected }), ask);

  it('compare the part that was named', async () => {
    expect(await answers({ Containers: 2 })).toBe(true);
    expect(await answers({ Plugins: { Volume: ['other'] } })).toBe(true);
    expect(await answers({ Swarm: null })).toBe(true);
    expect(await answers({ Containers: '2' })).toBe(false);
    expect(await answers({ Missing: null })).toBe(false);
    expect(await answers({ Plugins: { Volume: ['none'] } })).toBe(false);
  });

  it('compare the status', async () => {
    expect(await evaluateCheck(check({ type: 'request', path: '/containers/x/json', status: 404 }), ask)).toBe(true);
    expect(await evaluateCheck(check({ type: 'request', path: '/containers/x/json' }), ask)).toBe(false);
  });
});

describe('an engine that fails', () => {
  const broken: AskEngine = () => Promise.resolve({ status: 500, body: '{"message":"boom"}' });

  it('is an error, not a step that is not done', async () => {
    await expect(evaluateChecks([check({ type: 'container', name: 'a' })], broken)).rejects.toThrow(
      'Cannot check the step: GET /containers/json?all=1 answered 500: {"message":"boom"}',
    );
    await expect(evaluateChecks([check({ type: 'image', reference: 'a' })], broken)).rejects.toThrow('answered 500');
  });

  it('is an error when it answers something else', async () => {
    await expect(evaluateCheck(check({ type: 'container', name: 'a' }), engine({ [list]: {} }))).rejects.toThrow(
      'the engine sent {} for a list of containers',
    );
  });
});
