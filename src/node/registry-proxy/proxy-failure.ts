// Why a request was not passed on, or did not get through: as registries say it (OCI distribution spec, "Error Codes"), so that
// whoever pulls reads it.
import type { ServerResponse } from 'node:http';

export type FailureCode = 'DENIED' | 'SIZE_INVALID' | 'TOOMANYREQUESTS' | 'UNAVAILABLE' | 'UNSUPPORTED';

export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure';
  readonly status: number;
  readonly code: FailureCode;

  constructor(status: number, code: FailureCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
    this.code = code;
  }
}

/** Outside of the allow-list. */
export function denied(message: string): ProxyFailure {
  return new ProxyFailure(403, 'DENIED', message);
}

/** When it can be tried again. */
const RETRY_SECONDS = 2;

/** Ends the answer; one that has begun can only break off. */
export function answerFailure(response: ServerResponse, { status, code, message }: ProxyFailure): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  response.writeHead(status, status === 429 ? { ...headers, 'retry-after': String(RETRY_SECONDS) } : headers);
  response.end(`${JSON.stringify({ errors: [{ code, message }] })}\n`);
}
