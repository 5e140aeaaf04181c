// Ids are 32 random bytes; the source is a parameter so that tests can pin them.

export type RandomBytes = (count: number) => Uint8Array;

export const cryptoRandomBytes: RandomBytes = (count) => crypto.getRandomValues(new Uint8Array(count));

/**
 * 64 hex digits, as Docker's ids. Never all digits in the first twelve: a short id must not look like a number.
 */
export function randomId(randomBytes: RandomBytes): string {
  for (;;) {
    const id = hex(randomBytes(32));
    if (/[a-f]/.test(id.slice(0, 12))) return id;
  }
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
