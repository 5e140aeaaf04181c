// `default-shm-size`: a text like "64M", and nothing else (moby opts.MemBytes, go-units' RAMInBytes).

const DEFAULT_SHM_BYTES = 64 * 1024 * 1024;
const UNITS = ['', 'k', 'm', 'g', 't', 'p'];

/** @throws Error in dockerd's words */
export function shmBytes(value: unknown): number {
  if (value === undefined || value === null) return DEFAULT_SHM_BYTES;
  if (typeof value !== 'string' || value === '')
    throw new Error(`invalid size: ${JSON.stringify(JSON.stringify(value))}`);
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(value);
  if (match === null) throw new Error(`invalid size: '${value}'`);
  return Math.trunc(Number(match[1]) * 1024 ** UNITS.indexOf((match[2] ?? '').toLowerCase())) || DEFAULT_SHM_BYTES;
}
