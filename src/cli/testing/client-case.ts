// A command line, what the daemon answers to it, and what a client did: the shared language of the differential tests.

/** One answer of the scripted daemon. */
export interface ScriptedAnswer {
  readonly status?: number;
  /** A JSON body. */
  readonly json?: unknown;
  /** A body of JSON lines. */
  readonly lines?: readonly unknown[];
  /** Raw text. */
  readonly text?: string;
  /** Stdcopy frames: stream number and text. */
  readonly frames?: readonly (readonly [1 | 2, string])[];
}

export interface ClientCase {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files in the working directory before the run. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files to look at afterwards. */
  readonly reads?: readonly string[];
  readonly stdin?: string;
  /** `METHOD /path?sorted=query`; a list answers the first, second ... request. `*` for the query matches any. */
  readonly routes: Readonly<Record<string, ScriptedAnswer | readonly ScriptedAnswer[]>>;
}

export interface RecordedRequest {
  readonly request: string;
  readonly body?: unknown;
}

export interface ClientRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly requests: readonly RecordedRequest[];
  readonly written?: Readonly<Record<string, string>>;
}

/** The answer to one request. An unknown request is answered as an unknown page. */
export function routeFor(given: ClientCase, key: string, seen: Map<string, number>): { answer: ScriptedAnswer } {
  const bare = key.split('?')[0] ?? key;
  const found = given.routes[key] ?? given.routes[`${bare}?*`];
  if (found === undefined) return { answer: { status: 404, json: { message: 'page not found' } } };
  if (!Array.isArray(found)) return { answer: found as ScriptedAnswer };
  const count = seen.get(bare) ?? 0;
  seen.set(bare, count + 1);
  const answers = found as readonly ScriptedAnswer[];
  return { answer: answers[Math.min(count, answers.length - 1)] ?? {} };
}

const encoder = new TextEncoder();

export function answerBytes(answer: ScriptedAnswer): Uint8Array<ArrayBuffer> {
  if (answer.frames !== undefined) return stdcopyFrames(answer.frames);
  if (answer.lines !== undefined)
    return encoder.encode(answer.lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  if (answer.json !== undefined) return encoder.encode(JSON.stringify(answer.json));
  return encoder.encode(answer.text ?? '');
}

/** Docker's multiplexed stream: 8-byte headers of stream number and length. */
export function stdcopyFrames(frames: readonly (readonly [1 | 2, string])[]): Uint8Array<ArrayBuffer> {
  const parts = frames.map(([stream, text]) => {
    const body = encoder.encode(text);
    const frame = new Uint8Array(8 + body.length);
    frame[0] = stream;
    new DataView(frame.buffer).setUint32(4, body.length);
    frame.set(body, 8);
    return frame;
  });
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
