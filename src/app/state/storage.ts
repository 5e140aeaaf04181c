// The browser may refuse storage (private windows, full disks, policies). What we keep is a convenience: the page works without.

export interface KeyValueStore {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

const PREFIX = 'drydock.';

/** @param storage asked for lazily: reading `window.localStorage` throws where it is forbidden. */
export function safeStore(storage: () => Storage): KeyValueStore {
  return {
    get(key) {
      try {
        return storage().getItem(PREFIX + key) ?? undefined;
      } catch {
        return undefined;
      }
    },
    set(key, value) {
      try {
        storage().setItem(PREFIX + key, value);
      } catch {
        // Kept for this visit only, by whoever called.
      }
    },
  };
}
