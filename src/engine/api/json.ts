// Bodies in and out, with the checks and the words of Docker's decoder.
import type { z } from 'zod';
import { DrydockError } from '../../contracts/errors.ts';

const JSON_TYPE = 'application/json';

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
  const text = await request.text();
  if (text === '' && whenEmpty !== undefined) return schema.parse(whenEmpty);
  requireJsonType(request, text);
  if (text.trim() === '') throw refuse('invalid JSON: got EOF while reading request body');
  const parsed = schema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue === undefined || issue.path.length === 0 ? 'body' : issue.path.join('.');
  throw refuse(`invalid JSON: cannot use the value of ${field}: ${issue?.message ?? 'not what was expected'}`);
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
