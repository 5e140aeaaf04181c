// Go's template errors: learners read them when a `--format` is wrong, so they carry Go's words and places.
import { goQuote } from '../../shared/go-quote.ts';

export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  /** What was printed before: some commands show it. */
  partial = '';
}

/** @param offset where in `source` the problem was noticed */
export function parseError(name: string, source: string, offset: number, message: string): TemplateError {
  const line = source.slice(0, offset).split('\n').length;
  return new TemplateError(`template: ${name}:${line}: ${message}`);
}

/** @param context the piece of the template that failed, as written */
export function executeError(
  name: string,
  source: string,
  offset: number,
  context: string,
  message: string,
): TemplateError {
  const before = source.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - (before.lastIndexOf('\n') + 1);
  return new TemplateError(
    `template: ${name}:${line}:${column}: executing ${goQuote(name)} at <${context}>: ${message}`,
  );
}
