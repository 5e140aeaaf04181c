// The name of a step's cached output: the same inputs give the same key, on every machine and in every checkout.
import { createHash } from 'node:crypto';

export interface KeyParts {
  readonly step: string;
  /** Raised by hand when the step's code makes another output from the same inputs. */
  readonly version: number;
  /** Hashes of files, lists of packages, versions of tools. Their order counts. */
  readonly inputs: readonly string[];
  /** Identities of the outputs that this step reads. */
  readonly upstream: readonly string[];
}

/** 20 hexadecimal digits: enough to never collide, short enough for a folder name. */
export function cacheKey(parts: KeyParts): string {
  const text = JSON.stringify([parts.step, parts.version, parts.inputs, parts.upstream]);
  return sha256(text).slice(0, 20);
}

/**
 * What the steps after this one build on. The same key can have other content, when packages were resolved again and a
 * newer version came: `resolved` says what was found.
 */
export function outputIdentity(key: string, resolved: string): string {
  return resolved === '' ? key : sha256(`${key}\n${resolved}`).slice(0, 20);
}

/** Hexadecimal SHA-256. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
