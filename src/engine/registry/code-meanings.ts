// The codes with which registries refuse, and what each means: Docker shows no message that says only that again
// (distribution: registry/api/errcode/errors.go, Errors.UnmarshalJSON; texts of register.go and api/v2/errors.go).

const MEANINGS: Readonly<Record<string, string>> = {
  BLOB_UNKNOWN: 'blob unknown to registry',
  BLOB_UPLOAD_INVALID: 'blob upload invalid',
  BLOB_UPLOAD_UNKNOWN: 'blob upload unknown to registry',
  DENIED: 'requested access to the resource is denied',
  DIGEST_INVALID: 'provided digest did not match uploaded content',
  MANIFEST_BLOB_UNKNOWN: 'blob unknown to registry',
  MANIFEST_INVALID: 'manifest invalid',
  MANIFEST_UNKNOWN: 'manifest unknown',
  MANIFEST_UNVERIFIED: 'manifest failed signature verification',
  NAME_INVALID: 'invalid repository name',
  NAME_UNKNOWN: 'repository name not known to registry',
  SIZE_INVALID: 'provided length did not match content length',
  TAG_INVALID: 'manifest tag did not match URI',
  TOOMANYREQUESTS: 'too many requests',
  UNAUTHORIZED: 'authentication required',
  UNAVAILABLE: 'service unavailable',
  UNKNOWN: 'unknown error',
  UNSUPPORTED: 'The operation is unsupported.',
};

export function isRegistryCode(code: unknown): code is string {
  return typeof code === 'string' && Object.hasOwn(MEANINGS, code);
}

/** Whether nothing but the code was said: no message, or the usual one, and no details. */
export function isOnlyCode(code: string, message: string, detail: unknown): boolean {
  return (detail ?? null) === null && (message === '' || message === MEANINGS[code]);
}

/** As Docker writes it: `manifest unknown`. */
export function codeWords(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ');
}
