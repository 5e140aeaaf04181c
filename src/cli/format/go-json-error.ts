// Why a text is no JSON, in the words of Go's encoding/json: Docker prints them for config.json and seccomp profiles.
import { errorText } from '../cli-error.ts';
import { goQuoteRune } from '../../shared/go-quote.ts';

/** What the JavaScript engine says, and where Go thinks it is then. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/^Expected ',' or '\}'/, 'after object key:value pair'],
  [/^Expected ',' or ']'/, 'after array element'],
  [/^Expected ':'/, 'after object key'],
  [/^Expected (property name|double-quoted)/, 'looking for beginning of object key string'],
  [/^Unexpected non-whitespace/, 'after top-level value'],
  [/^Unexpected token/, 'looking for beginning of value'],
];

/** The value of a JSON text. @throws Error with Go's text */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(goMessage(text, errorText(error)), { cause: error });
  }
}

function goMessage(text: string, message: string): string {
  const place = PLACES.find(([pattern]) => pattern.test(message))?.[1];
  const end = 'unexpected end of JSON input';
  if (place === undefined) return /end of JSON|Unterminated|end of data/i.test(message) ? end : message;
  const named = /^Unexpected token '?(.)/su.exec(message)?.[1];
  const at = Number(/at position (\d+)/.exec(message)?.[1] ?? Number.NaN);
  if (at >= text.length) return end;
  const character = named ?? (Number.isNaN(at) ? undefined : String.fromCodePoint(text.codePointAt(at) ?? 0));
  return character === undefined ? message : `invalid character ${goQuoteRune(character)} ${place}`;
}
