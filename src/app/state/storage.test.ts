import { describe, expect, it } from 'vitest';
import { loadProgress, saveProgress } from '../lesson/progress-store.ts';
import { preferredLanguage } from './preferences.svelte.ts';
import { safeStore } from './storage.ts';

/** The part of Storage that is used, over a map. */
function memory(entries = new Map<string, string>()): Storage {
  return {
    get length() {
      return entries.size;
    },
    key: () => null,
    clear: () => entries.clear(),
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
    removeItem: (key) => void entries.delete(key),
  };
}

describe('safeStore', () => {
  it('keeps values under our own prefix', () => {
    const entries = new Map<string, string>();
    const store = safeStore(() => memory(entries));
    store.set('theme', 'dark');
    expect([...entries]).toEqual([['drydock.theme', 'dark']]);
    expect(store.get('theme')).toBe('dark');
    expect(store.get('language')).toBeUndefined();
  });

  it('works without storage', () => {
    const forbidden = safeStore(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect(() => forbidden.set('theme', 'dark')).not.toThrow();
    expect(forbidden.get('theme')).toBeUndefined();
  });
});

describe('progress', () => {
  it('comes back', () => {
    const store = safeStore(() => memory());
    const kept = memory();
    const lasting = safeStore(() => kept);
    saveProgress(lasting, 'a/b', new Set(['one', 'two']));
    expect(loadProgress(lasting, 'a/b')).toEqual(['one', 'two']);
    expect(loadProgress(lasting, 'a/c')).toEqual([]);
    expect(loadProgress(store, 'a/b')).toEqual([]);
  });

  it.each(['{', '"text"', '{"one": true}', '[1, null]'])('starts anew when %s is kept', (kept) => {
    const store = safeStore(() => memory(new Map([['drydock.progress.a/b', kept]])));
    expect(loadProgress(store, 'a/b')).toEqual([]);
  });
});

describe('preferredLanguage', () => {
  it.each([
    [['zh-TW', 'en'], 'zh-CN'],
    [['de-DE', 'zh', 'en'], 'zh-CN'],
    [['en-GB', 'zh-CN'], 'en'],
    [['de'], 'en'],
    [[], 'en'],
  ] as const)('%j reads %s', (spoken, language) => expect(preferredLanguage(spoken)).toBe(language));
});
