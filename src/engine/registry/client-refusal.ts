// A registry's refusal in the words of Docker's client, which shows all that was listed, and leaves out what goes without
// saying (distribution: registry/client/errors.go, registry/api/errcode).
import { codeWords, isOnlyCode, isRegistryCode } from './code-meanings.ts';
import { statusWords } from './status-words.ts';

export interface Refusal {
  readonly message: string;
  /** The registry has no such thing, or none for us: the client looks on, and says so in the end. */
  readonly isAbsent: boolean;
}

const ABSENT = ['UNAUTHORIZED', 'MANIFEST_UNKNOWN', 'NAME_UNKNOWN'];
const CODES_OF_STATUS: Readonly<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  429: 'TOOMANYREQUESTS',
};

/** @param body the start of the answer's body */
export function clientRefusal(status: number, contentType: string | null, body: string): Refusal {
  if (status < 400 || status >= 500) {
    return { message: `received unexpected HTTP status: ${statusWords(status)}`, isAbsent: false };
  }
  const isJson = /^application\/(vnd\.api\+)?json\b/.test(contentType ?? '');
  const listed = isJson ? errorsIn(body) : [plain(status, body)];
  const [first] = listed;
  // An answer that lists nothing is taken for a server that is no registry.
  if (first === undefined) return { message: '', isAbsent: true };
  const message = listed.length === 1 ? first.message : `errors:\n${listed.map((one) => `${one.message}\n`).join('')}`;
  return { message, isAbsent: first.isAbsent };
}

function plain(status: number, body: string): Refusal {
  const code = CODES_OF_STATUS[status] ?? 'UNKNOWN';
  return { message: `${codeWords(code)}: ${body}`, isAbsent: ABSENT.includes(code) };
}

function errorsIn(body: string): Refusal[] {
  const { errors } = recordIn(body);
  if (!Array.isArray(errors)) return [];
  return errors.map((error: unknown) => {
    const { code, message = '', detail = null } = isRecord(error) ? error : {};
    const known = isRegistryCode(code) ? code : 'UNKNOWN';
    const said = typeof message === 'string' ? message : '';
    if (isOnlyCode(known, said, detail)) return { message: codeWords(known), isAbsent: false };
    return { message: `${codeWords(known)}: ${said}`, isAbsent: ABSENT.includes(known) };
  });
}

function recordIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
