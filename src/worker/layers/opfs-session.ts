// A folder of the browser's private file system for this visit alone. Several tabs may be open at once, and a tab may be
// gone at any moment without a word: a folder belongs to whoever holds its lock, and without a holder it is rubbish.

/** What is used of a FileSystemDirectoryHandle. */
export interface SessionFolder<F> {
  getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<F>;
  removeEntry(name: string, options?: { recursive?: boolean }): Promise<void>;
  keys(): AsyncIterable<string>;
}

/** What is used of a LockManager (Web Locks API). */
export interface Locks {
  request(
    name: string,
    options: { ifAvailable?: boolean },
    callback: (lock: unknown) => Promise<void> | undefined,
  ): Promise<unknown>;
}

export interface Session<F> {
  readonly folder: F;
  /** Removes the folders that tabs left behind. Harmless at any time. */
  removeLeftovers(): Promise<void>;
}

/**
 * A new folder, and the lock on it for as long as this worker lives: browsers release it however that ends.
 * @param all the folder of all sessions
 */
export async function openSession<F>(all: SessionFolder<F>, locks: Locks, name: string): Promise<Session<F>> {
  // The lock comes first: a folder without one may be removed by another tab.
  await holdForever(locks, lockOf(name));
  return {
    folder: await all.getDirectoryHandle(name, { create: true }),
    async removeLeftovers() {
      const others: string[] = [];
      for await (const other of all.keys()) if (other !== name) others.push(other);
      for (const other of others) {
        await locks.request(lockOf(other), { ifAvailable: true }, (lock) =>
          lock === null ? undefined : all.removeEntry(other, { recursive: true }),
        );
      }
    },
  };
}

function lockOf(session: string): string {
  return `drydock-blobs/${session}`;
}

function holdForever(locks: Locks, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const held = locks.request(name, {}, () => {
      resolve();
      return new Promise(() => undefined);
    });
    held.catch(reject);
  });
}
