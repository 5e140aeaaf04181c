// Which steps a learner has done, kept in the browser. A step that was done stays done, whatever happens to its container.
import type { KeyValueStore } from '../state/storage.ts';

/** @returns step ids; empty when nothing, or nothing readable, is kept */
export function loadProgress(store: KeyValueStore, lessonId: string): string[] {
  try {
    const kept: unknown = JSON.parse(store.get(keyOf(lessonId)) ?? '[]');
    return Array.isArray(kept) ? kept.filter((id): id is string => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

export function saveProgress(store: KeyValueStore, lessonId: string, stepIds: Iterable<string>): void {
  store.set(keyOf(lessonId), JSON.stringify([...stepIds]));
}

function keyOf(lessonId: string): string {
  return `progress.${lessonId}`;
}
