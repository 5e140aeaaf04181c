// What was found good before need not be checked again, in whichever clone: a digest stands for all that a check's answer
// depends on (the file, its name, the settings, the versions of the tools).
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export class CheckedBefore {
  readonly #path: string;
  readonly #good: ReadonlySet<string>;

  /** @param folder made when something is kept */
  constructor(folder: string, check: string) {
    this.#path = join(folder, `${check}.json`);
    this.#good = new Set(read(this.#path));
  }

  has(digest: string): boolean {
    return this.#good.has(digest);
  }

  /** Of all good files, and no others: the list does not grow with the history. */
  keep(digests: readonly string[]): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    // Another clone may read it at the same time.
    const written = `${this.#path}.${process.pid}`;
    writeFileSync(written, JSON.stringify(digests));
    renameSync(written, this.#path);
  }
}

/** Nothing where there is no such file, or a damaged one. */
function read(path: string): readonly string[] {
  try {
    const digests = JSON.parse(readFileSync(path, 'utf8')) as unknown;
    return Array.isArray(digests) ? digests.filter((digest) => typeof digest === 'string') : [];
  } catch {
    return [];
  }
}

/** SHA-256, hexadecimal. Each part counts with its length: where one ends and the next starts is no matter of luck. */
export function digestOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}
