// `-p [ip:][host:]container[/proto]` and `--expose`, ranges included (docker/go-connections, nat).
import { CliError, errorText } from '../cli-error.ts';
import { parseGoUint } from '../flags/go-number.ts';
import { cut } from '../flags/list-flags.ts';
import { isIpAddress } from './ip-address.ts';

export interface PortBinding {
  readonly HostIp: string;
  readonly HostPort: string;
}

export interface PublishedPorts {
  readonly exposed: Record<string, Record<string, never>>;
  readonly bindings: Record<string, PortBinding[]>;
}

function splitProtocol(text: string): [string, string] {
  const [port = '', protocol] = text.split('/');
  if (text === '' || port === '') return ['', ''];
  return [protocol === undefined || protocol === '' ? 'tcp' : protocol, port];
}

function parseRange(text: string): [number, number] {
  if (text === '') throw new Error('empty string specified for ports');
  const [first = '', last] = text.split('-');
  const start = parseGoUint(first, 10, 16);
  const end = last === undefined ? start : parseGoUint(last, 10, 16);
  if (end < start) throw new Error(`invalid range specified for port: ${text}`);
  return [start, end];
}

function rangeOr(text: string, problem: string): [number, number] {
  try {
    return parseRange(text);
  } catch {
    throw new CliError(`${problem}: ${text}`);
  }
}

/** `published=8080,target=80,protocol=tcp` is another way to write `8080:80/tcp`. */
function standardNotation(text: string): string {
  if (!text.includes('=')) return text;
  const fields: Record<string, string> = { protocol: 'tcp' };
  for (const part of text.split(',')) {
    const [key, value] = cut(part, '=');
    if (value === undefined || key === '')
      throw new CliError(`invalid publish opts format (should be name=value but got '${part}')`);
    fields[key] = value;
  }
  return `${fields['published'] ?? ''}:${fields['target'] ?? ''}/${fields['protocol'] ?? ''}`;
}

function checkProtocol(protocol: string): string {
  const lower = protocol.toLowerCase();
  if (!['tcp', 'udp', 'sctp'].includes(lower)) throw new CliError(`invalid proto: ${protocol}`);
  return lower;
}

function parsePublish(text: string): { key: string; binding: PortBinding }[] {
  const parts = text.split(':');
  const [protocol, containerPort] = splitProtocol(parts.at(-1) ?? '');
  const hostPort = parts.length > 1 ? (parts.at(-2) ?? '') : '';
  let ip = parts.slice(0, -2).join(':');
  if (ip.startsWith('[')) {
    if (!ip.endsWith(']')) throw new CliError(`invalid IP address ${ip}: address ${ip}:: missing ']' in address`);
    ip = ip.slice(1, -1);
  }
  if (ip !== '' && !isIpAddress(ip)) throw new CliError(`invalid IP address: ${ip}`);
  if (containerPort === '') throw new CliError(`no port specified: ${text}<empty>`);
  const [start, end] = rangeOr(containerPort, 'invalid containerPort');
  const [hostStart, hostEnd] = hostPort === '' ? [0, 0] : rangeOr(hostPort, 'invalid hostPort');
  if (hostPort !== '' && end - start !== hostEnd - hostStart && end !== start) {
    throw new CliError(`invalid ranges specified for container and host Ports: ${containerPort} and ${hostPort}`);
  }
  const lower = checkProtocol(protocol);
  return Array.from({ length: end - start + 1 }, (_, at) => {
    let HostPort = hostPort === '' ? '' : String(hostStart + at);
    // One container port may take any free one of a range of the host's.
    if (start === end && hostStart !== hostEnd) HostPort = `${HostPort}-${hostEnd}`;
    return { key: `${start + at}/${lower}`, binding: { HostIp: ip, HostPort } };
  });
}

function parseExpose(text: string): string[] {
  if (text.includes(':')) throw new CliError(`invalid port format for --expose: ${text}`);
  const [protocol, port] = splitProtocol(text);
  let range: [number, number];
  try {
    range = parseRange(port);
  } catch (error) {
    throw new CliError(`invalid range format for --expose: ${text}, error: ${errorText(error)}`);
  }
  return Array.from({ length: range[1] - range[0] + 1 }, (_, at) => `${range[0] + at}/${protocol}`);
}

/** @throws CliError in Docker's words */
export function parsePorts(publish: readonly string[], expose: readonly string[]): PublishedPorts {
  const exposed: PublishedPorts['exposed'] = {};
  const bindings: PublishedPorts['bindings'] = {};
  for (const { key, binding } of publish.map(standardNotation).flatMap(parsePublish)) {
    exposed[key] = {};
    (bindings[key] ??= []).push(binding);
  }
  for (const key of expose.flatMap(parseExpose)) exposed[key] = {};
  return { exposed, bindings };
}
