// Where the build reads and writes.
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The emulator/ folder. */
export const EMULATOR = dirname(dirname(fileURLToPath(import.meta.url)));
export const REPOSITORY = dirname(EMULATOR);
export const PUBLIC_GUEST = join(REPOSITORY, 'public', 'guest');
export const PUBLIC_REGISTRY = join(REPOSITORY, 'public', 'v2');
export const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'drydock');
