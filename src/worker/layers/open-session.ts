// This visit's folder in the browser's private file system, for the worker that makes it and the one that writes to it, too.
import { openSession } from './opfs-session.ts';
import type { Session } from './opfs-session.ts';

const ALL_SESSIONS = 'drydock-blobs';

/** @throws what the browser says where it has no such storage */
export async function startSession(name: string): Promise<Session<FileSystemDirectoryHandle>> {
  return openSession(await allSessions(), navigator.locks, name);
}

/** Of a session that was started. */
export async function openSessionFolder(name: string): Promise<FileSystemDirectoryHandle> {
  return (await allSessions()).getDirectoryHandle(name);
}

async function allSessions(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(ALL_SESSIONS, { create: true });
}
