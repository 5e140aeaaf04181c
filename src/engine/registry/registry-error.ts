// What a registry may answer when it refuses, as a closed list (OCI distribution spec, "Error Codes"; Docker's registry
// adds UNKNOWN and UNAVAILABLE). Callers act on the code, people read the message.
import { DrydockError } from '../../contracts/errors.ts';
import type { ErrorCode } from '../../contracts/errors.ts';
import { codeWords, isOnlyCode } from './code-meanings.ts';

const CODES = [
  'BLOB_UNKNOWN',
  'BLOB_UPLOAD_INVALID',
  'BLOB_UPLOAD_UNKNOWN',
  'DENIED',
  'DIGEST_INVALID',
  'MANIFEST_BLOB_UNKNOWN',
  'MANIFEST_INVALID',
  'MANIFEST_UNKNOWN',
  'NAME_INVALID',
  'NAME_UNKNOWN',
  'SIZE_INVALID',
  'TAG_INVALID',
  'TOOMANYREQUESTS',
  'UNAUTHORIZED',
  'UNAVAILABLE',
  'UNKNOWN',
  'UNSUPPORTED',
] as const;

export type RegistryCode = (typeof CODES)[number];

/** Of an error's body, this much is kept. */
export const MAX_ERROR_BODY_BYTES = 4096;

export interface RegistryAnswer {
  readonly registryCode: RegistryCode;
  /** The registry's own words; undefined when it said no more than the code. */
  readonly detail: string | undefined;
  /** `GET https://host/v2/...`. */
  readonly request: string;
  readonly status: number;
}

export class RegistryError extends DrydockError {
  readonly registryCode: RegistryCode;
  readonly request: string;
  readonly status: number;
  /** Nothing but the code was said: Docker does not look at what it is, then. */
  readonly isOnlyCode: boolean;

  constructor(answer: RegistryAnswer) {
    super(errorCodeOf(answer), docker(answer));
    this.name = 'RegistryError';
    this.registryCode = answer.registryCode;
    this.request = answer.request;
    this.status = answer.status;
    this.isOnlyCode = answer.detail === undefined;
  }

  /** Worth trying again: the fault may be gone. */
  get retryable(): boolean {
    return this.status >= 500;
  }
}

/** As Docker shows them: "manifest unknown: manifest unknown". */
function docker({ registryCode, detail, request, status }: RegistryAnswer): string {
  const code = codeWords(registryCode);
  if (detail === undefined) return code;
  return registryCode === 'UNKNOWN' ? `${code}: ${detail} (${request} answered ${status})` : `${code}: ${detail}`;
}

function errorCodeOf({ registryCode, status }: RegistryAnswer): ErrorCode {
  switch (registryCode) {
    case 'BLOB_UNKNOWN':
    case 'MANIFEST_BLOB_UNKNOWN':
    case 'MANIFEST_UNKNOWN':
    case 'NAME_UNKNOWN':
      return 'not-found';
    case 'DENIED':
      return 'forbidden';
    case 'UNAUTHORIZED':
      return 'unauthorized';
    default:
      return status >= 400 && status < 500 && status !== 429 ? 'invalid-argument' : 'unavailable';
  }
}

/** @param body the start of the answer's body, at most MAX_ERROR_BODY_BYTES */
export function registryError(request: string, status: number, body: string): RegistryError {
  const listed = firstListed(body);
  return new RegistryError({
    request,
    status,
    registryCode: listed?.code ?? codeOfStatus(status),
    detail: listed === undefined ? plainDetail(status, body) : listed.message,
  });
}

function firstListed(body: string): { code: RegistryCode; message: string | undefined } | undefined {
  const parsed = parsedJson(body);
  if (!isRecord(parsed) || !Array.isArray(parsed['errors'])) return undefined;
  const first: unknown = parsed['errors'][0];
  if (!isRecord(first)) return undefined;
  const code = CODES.find((known) => known === first['code']);
  const message = typeof first['message'] === 'string' ? first['message'] : '';
  // Of a code that nobody knows, more than "unknown" has to be told.
  if (code === undefined) return { code: 'UNKNOWN', message: message === '' ? String(first['code']) : message };
  return { code, message: isOnlyCode(code, message, first['detail']) ? undefined : message };
}

function codeOfStatus(status: number): RegistryCode {
  if (status === 401) return 'UNAUTHORIZED';
  if (status === 403) return 'DENIED';
  if (status === 429) return 'TOOMANYREQUESTS';
  return status >= 500 ? 'UNAVAILABLE' : 'UNKNOWN';
}

function plainDetail(status: number, body: string): string {
  if (status === 401) return 'authentication required';
  if (status === 403) return 'requested access to the resource is denied';
  if (status === 429) return 'too many requests';
  const text = body.replace(/\s+/g, ' ').trim().slice(0, 200);
  return text === '' || text.startsWith('<') ? `the registry answered with status ${status}` : text;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
