// A file that is either the old one or the new one, whenever somebody looks and whatever fails.
import type { HostFiles } from '../contracts/runtime.ts';

const utf8 = new TextEncoder();

/** Writes beside it, then renames. Not for two writers of one path at once. */
export async function replaceFile(
  files: Pick<HostFiles, 'write' | 'rename' | 'remove'>,
  path: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const bytes = typeof content === 'string' ? utf8.encode(content) : content;
  const beside = `${path}.tmp`;
  try {
    await files.write(beside, bytes, { mode });
    await files.rename(beside, path);
  } catch (error) {
    await files.remove(beside).catch(() => undefined);
    throw error;
  }
}
