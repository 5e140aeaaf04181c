// JSON of other people's making: manifests, configs. What is read here is walked by functions that call themselves, so its
// depth has a bound, as in Go's decoder (encoding/json, maxNestingDepth; ours is lower, as browsers' stacks are).
import { DrydockError } from '../contracts/errors.ts';

const MAX_DEPTH = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** With bit 5 set: `[` and `{` are alike then, and so are `]` and `}`. */
const OPENING = 0x7b;
const CLOSING = 0x7d;

/**
 * @param what for messages: `manifest of busybox`
 * @throws DrydockError `data-loss` for what is not UTF-8, not JSON, or deeper than 1,000 levels
 */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  if (depthOf(bytes) > MAX_DEPTH) {
    throw new DrydockError('data-loss', `Cannot read ${what}: it is nested more than ${MAX_DEPTH} levels deep`);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new DrydockError('data-loss', `Cannot read ${what}: it is not JSON`, { cause });
  }
}

function depthOf(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted && byte === BACKSLASH) i++;
    else if (quoted || byte < 0x5b) continue;
    else if ((byte | 0x20) === OPENING) deepest = Math.max(deepest, ++depth);
    else if ((byte | 0x20) === CLOSING) depth--;
  }
  return deepest;
}
