import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lesson, LessonEntry } from '../../contracts/lesson.ts';
import { EngineFeed } from '../client/engine-feed.ts';
import type { KeyValueStore } from '../state/storage.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { fakeSurface } from '../testing/fake-surface.ts';
import { LessonState } from './lesson-state.svelte.ts';

const lesson: Lesson = {
  id: 'a/b',
  language: 'en',
  title: 'T',
  summary: 'S',
  minutes: 5,
  images: [],
  intro: [],
  steps: [
    {
      id: 'hello',
      titleHtml: 'Hello',
      blocks: [],
      checks: [{ type: 'container', image: 'hello-world', status: ['exited'], exitCode: 0, exists: true }],
    },
    { id: 'read', titleHtml: 'Read', blocks: [], checks: [] },
  ],
};
const entry: LessonEntry = { id: 'a/b', titles: { en: 'T', 'zh-CN': 'T' }, load: () => Promise.resolve(lesson) };

function mapStore(): KeyValueStore {
  const entries = new Map<string, string>();
  return { get: (key) => entries.get(key), set: (key, value) => void entries.set(key, value) };
}

async function open(store = mapStore()) {
  const engine = new FakeEngine();
  const surface = fakeSurface('', engine);
  const feed = new EngineFeed();
  const state = new LessonState(entry, store, feed);
  const life = new AbortController();
  await state.load('en');
  state.connect(surface, life.signal);
  await feed.follow(surface, life.signal);
  return { engine, state, life, store };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('LessonState', () => {
  it('marks a step when the engine says so, and remembers it', async () => {
    const { engine, state, store } = await open();
    await vi.runAllTimersAsync();
    expect([...state.done]).toEqual([]);
    engine.end(engine.run('hello-world', '/hello'), 0);
    await vi.runAllTimersAsync();
    expect([...state.done]).toEqual(['hello']);
    expect(state.doneCount).toBe(1);
    expect([...(await open(store)).state.done]).toEqual(['hello']);
  });

  it('is not fooled by a container that failed', async () => {
    const { engine, state } = await open();
    engine.end(engine.run('hello-world', '/hello'), 1);
    await vi.runAllTimersAsync();
    expect([...state.done]).toEqual([]);
  });

  it('asks once for a burst of events, and never while nothing happens', async () => {
    const { engine } = await open();
    await vi.runAllTimersAsync();
    const before = engine.asked.length;
    for (let i = 0; i < 10; i++) engine.run('busybox', 'sh');
    await vi.runAllTimersAsync();
    expect(engine.asked.slice(before)).toEqual(['/containers/json?all=1']);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(engine.asked.length).toBe(before + 1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks nobody once the machine is gone', async () => {
    const { engine, state, life } = await open();
    life.abort();
    const before = engine.asked.length;
    engine.run('hello-world', '/hello');
    await vi.runAllTimersAsync();
    await state.check();
    expect(engine.asked.length).toBe(before);
    expect(state.live).toBe(false);
  });

  it('says why it could not look', async () => {
    const { engine, state } = await open();
    await vi.runAllTimersAsync();
    engine.answer = () => ({ status: 500, body: 'boom' });
    await state.check();
    expect(state.checkError).toContain('answered 500: boom');
  });

  it('starts over', async () => {
    const { engine, state, store } = await open();
    engine.end(engine.run('hello-world', '/hello'), 0);
    await vi.runAllTimersAsync();
    engine.containers.length = 0;
    state.startOver();
    await vi.runAllTimersAsync();
    expect([...state.done]).toEqual([]);
    expect([...(await open(store)).state.done]).toEqual([]);
  });
});
