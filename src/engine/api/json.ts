// Bodies in and out, with the checks and the words of Docker's decoder.
import type { z } from 'zod';
import { DrydockError } from '../../contracts/errors.ts';

const JSON_TYPE = 'application/json';
/** No request of Docker's comes near; dockerd itself takes any size, but has a machine's memory for it. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** A JSON answer; ends with a newline, as Go's encoder writes it. */
export function json(body: unknown, status = 200): Response {
  return new Response(`${JSON.stringify(body)}\n`, { status, headers: { 'content-type': JSON_TYPE } });
}

export function noContent(): Response {
  return new Response(null, { status: 204 });
}

/**
 * @param whenEmpty for endpoints that may come without a body
 * @throws DrydockError `invalid-argument`
 */
export async function readJson<T extends z.ZodType>(
  request: Request,
  schema: T,
  whenEmpty?: unknown,
): Promise<z.output<T>> {
  const text = await readBody(request);
  if (text === '' && whenEmpty !== undefined) return schema.parse(whenEmpty);
  requireJsonType(request, text);
  if (text.trim() === '') throw refuse('invalid JSON: got EOF while reading request body');
  const parsed = schema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue === undefined || issue.path.length === 0 ? 'body' : issue.path.join('.');
  throw refuse(`invalid JSON: cannot use the value of ${field}: ${issue?.message ?? 'not what was expected'}`);
}

async function readBody({ body }: Request): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > MAX_BODY_BYTES) {
      await reader.cancel();
      throw refuse('invalid JSON: http: request body too large');
    }
    text += decoder.decode(value, { stream: true });
  }
}

// `fetch` itself puts text/plain on string bodies, so that type may mean "none was given".
function requireJsonType(request: Request, text: string): void {
  const type = request.headers.get('content-type') ?? '';
  const [mediaType = ''] = type.split(';', 1);
  if (mediaType.trim().toLowerCase() === JSON_TYPE || (type === '' && text === '')) return;
  if (type === '') throw refuse('malformed Content-Type header (): mime: no media type');
  throw refuse(`unsupported Content-Type header (${type}): must be 'application/json'`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refuse(`invalid JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function refuse(message: string): DrydockError {
  return new DrydockError('invalid-argument', message);
}
