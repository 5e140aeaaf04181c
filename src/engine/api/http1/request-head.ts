// The head of a request, strictly: what is ambiguous is refused, since a proxy may read it otherwise (RFC 9112).
import type { ByteReader } from './byte-reader.ts';

const MAX_HEAD_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 32 * 1024;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) (\S+) HTTP\/(\d)\.(\d)$/;
// Control characters other than tab must not be in a field.
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export interface RequestHead {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** 1.0 or 1.1. */
  readonly minorVersion: number;
  readonly headers: Headers;
  readonly body: BodyLength;
  readonly keepAlive: boolean;
}

export type BodyLength =
  { readonly kind: 'none' } | { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunked' };

/** Not a request we can answer; the connection is of no use afterwards. */
export class MalformedRequest extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'MalformedRequest';
    this.status = status;
  }
}

/** @returns undefined when the client closed between two requests. @throws MalformedRequest */
export async function readRequestHead(reader: ByteReader): Promise<RequestHead | undefined> {
  let line = await reader.line(MAX_LINE_BYTES);
  // RFC 9112, 2.2: an empty line before a request is to be ignored.
  if (line === '') line = await reader.line(MAX_LINE_BYTES);
  if (line === undefined) {
    if (reader.buffered.length === 0) return undefined;
    throw reader.buffered.length > MAX_LINE_BYTES ? tooLarge() : malformed('it ends in its first line');
  }
  const match = REQUEST_LINE.exec(line);
  if (match === null) throw malformed(`its first line is "${line.slice(0, 80)}"`);
  const [, method = '', target = '', major, minor] = match;
  if (major !== '1') throw new MalformedRequest(505, `HTTP/${major}.${minor} is not supported`);
  const headers = await readHeaders(reader);
  const minorVersion = minor === '0' ? 0 : 1;
  if (minorVersion === 1 && !headers.has('host')) throw malformed('missing required Host header');
  return {
    method,
    target: originForm(target),
    minorVersion,
    headers,
    body: bodyLength(headers),
    keepAlive: keepsAlive(headers, minorVersion),
  };
}

/** Header fields up to the empty line; also a chunked body's trailer. @throws MalformedRequest */
export async function readHeaders(reader: ByteReader): Promise<Headers> {
  const headers = new Headers();
  for (let size = 0; ;) {
    const line = await reader.line(MAX_LINE_BYTES);
    if (line === undefined)
      throw reader.buffered.length > MAX_LINE_BYTES ? tooLarge() : malformed('its head does not end');
    if (line === '') return headers;
    size += line.length;
    if (size > MAX_HEAD_BYTES) throw tooLarge();
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon));
    const value = line.slice(colon + 1).trim();
    if (!TOKEN.test(name) || !FIELD_VALUE.test(value)) throw malformed(`its header "${line.slice(0, 80)}"`);
    const single = ['content-length', 'host', 'transfer-encoding'].includes(name.toLowerCase());
    if (single && headers.has(name) && headers.get(name) !== value) throw malformed(`two different ${name} headers`);
    if (!single || !headers.has(name)) headers.append(name, value);
  }
}

function bodyLength(headers: Headers): BodyLength {
  const encoding = headers.get('transfer-encoding');
  const length = headers.get('content-length');
  if (encoding !== null) {
    if (length !== null) throw malformed('both Transfer-Encoding and Content-Length');
    if (encoding.toLowerCase() !== 'chunked')
      throw new MalformedRequest(501, `unsupported transfer encoding: "${encoding}"`);
    return { kind: 'chunked' };
  }
  if (length === null) return { kind: 'none' };
  if (!/^\d{1,15}$/.test(length)) throw malformed(`Content-Length "${length}"`);
  return Number(length) === 0 ? { kind: 'none' } : { kind: 'length', bytes: Number(length) };
}

function keepsAlive(headers: Headers, minorVersion: number): boolean {
  const options = (headers.get('connection') ?? '').toLowerCase().split(/\s*,\s*/);
  return minorVersion === 1 ? !options.includes('close') : options.includes('keep-alive');
}

// A proxy's client sends a whole URL; only its path and query matter here.
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/i.exec(target);
  if (absolute === null) throw malformed(`its target is "${target.slice(0, 80)}"`);
  return absolute[1]?.startsWith('/') ? absolute[1] : `/${absolute[1] ?? ''}`;
}

function malformed(what: string): MalformedRequest {
  return new MalformedRequest(400, `Cannot read request: ${what}`);
}

function tooLarge(): MalformedRequest {
  return new MalformedRequest(431, 'Cannot read request: its head is too large');
}
