// What a learner can do about a machine that did not start depends on the kind of failure, not on its words.
import { isDrydockError } from '../../contracts/errors.ts';

export type FailureKind = 'no-webassembly' | 'out-of-memory' | 'offline' | 'missing-file' | 'crashed' | 'unknown';

export interface Failure {
  readonly kind: FailureKind;
  /** For whoever wants to know exactly. */
  readonly detail: string;
}

export interface Surroundings {
  readonly online: boolean;
  readonly webAssembly: boolean;
}

/** Engines word it differently: V8, SpiderMonkey, JavaScriptCore. */
const MEMORY = /out of memory|allocation failed|could not allocate|cannot enlarge memory|invalid array buffer length/i;

export function failureOf(error: unknown, { online, webAssembly }: Surroundings): Failure {
  const detail = error instanceof Error ? error.message : String(error);
  if (!webAssembly) return { kind: 'no-webassembly', detail };
  if (MEMORY.test(detail)) return { kind: 'out-of-memory', detail };
  if (isDrydockError(error, 'unavailable', 'not-found')) return { kind: online ? 'missing-file' : 'offline', detail };
  if (isDrydockError(error, 'machine', 'guest')) return { kind: 'crashed', detail };
  return { kind: 'unknown', detail };
}
