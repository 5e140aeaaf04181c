// One build at a time for one cache: a second one waits, and says so. A lock whose process has ended does not count.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 300;

/** Runs `work` while holding the lock file. `onWait` is called once, with the other build's process id. */
export async function withLock<T>(path: string, onWait: (holder: number) => void, work: () => Promise<T>): Promise<T> {
  await acquire(path, onWait);
  const release = () => rm(path, { force: true });
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(path: string, onWait: (holder: number) => void): Promise<void> {
  for (let told = false; ;) {
    try {
      await writeFile(path, `${process.pid}`, { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) {
      await rm(path, { force: true });
      continue;
    }
    if (!told && holder > 0) onWait(holder);
    told ||= holder > 0;
    await sleep(POLL_MS);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
