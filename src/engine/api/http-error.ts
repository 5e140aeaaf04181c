// Errors as the daemon answers them: Docker's status for each code, {"message": "..."}.
import { isDrydockError } from '../../contracts/errors.ts';
import type { ErrorCode } from '../../contracts/errors.ts';
import { json } from './json.ts';

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  'invalid-argument': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
};
const NOT_MODIFIED = 304;
const SERVER_ERROR = 500;

export function toErrorResponse(error: unknown): Response {
  if (isDrydockError(error, 'not-modified')) return new Response(null, { status: NOT_MODIFIED });
  const status = isDrydockError(error) ? (STATUS[error.code] ?? SERVER_ERROR) : SERVER_ERROR;
  return json({ message: error instanceof Error ? error.message : String(error) }, status);
}

export function pageNotFound(): Response {
  return json({ message: 'page not found' }, 404);
}
