// What a value of `docker run`'s lists must look like, with Docker's words when it does not.
import { goQuote } from '../../shared/go-quote.ts';
import { cut } from '../flags/list-flags.ts';
import { isIpAddress } from './ip-address.ts';

export function checkAttach(text: string): string {
  const stream = text.toLowerCase();
  if (!['stdin', 'stdout', 'stderr'].includes(stream)) throw new Error('valid streams are STDIN, STDOUT and STDERR');
  return stream;
}

export function checkEnv(text: string): string {
  if (cut(text, '=')[0] === '') throw new Error(`invalid environment variable: ${text}`);
  return text;
}

export function checkLabel(text: string): string {
  const key = cut(text, '=')[0].replace(/^[ \t]+/, '');
  if (key === '') throw new Error(`invalid label '${text}': empty name`);
  if (/[ \t]/.test(key)) throw new Error(`label '${key}' contains whitespaces`);
  return text;
}

export function checkIpAddress(text: string): string {
  const address = text.trim();
  if (!isIpAddress(address)) throw new Error(`IP address is not correctly formatted: ${text}`);
  return address;
}

export function checkDnsSearch(text: string): string {
  const domain = text.replace(/^ +| +$/g, '');
  if (domain === '.') return domain;
  const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
  const match = new RegExp(`^(${label}(?:\\.${label})*)\\.?\\s*$`).exec(domain);
  if (!/[a-zA-Z]/.test(domain) || match === null || (match[1] ?? '').length >= 255)
    throw new Error(`${domain} is not a valid domain`);
  return match[1] ?? domain;
}

/** `name:ip` or `name=ip`; the daemon knows only the first. */
export function checkExtraHost(text: string): string {
  const [name, given] = text.includes('=') ? cut(text, '=') : cut(text, ':');
  if (given === undefined || name === '' || name.includes(':'))
    throw new Error(`bad format for add-host: ${goQuote(text)}`);
  if (given === 'host-gateway') return `${name}:${given}`;
  const address = /^\[.+\]$/.test(given) ? given.slice(1, -1) : given;
  if (!isIpAddress(address.trim())) throw new Error(`invalid IP address in add-host: ${goQuote(address)}`);
  return `${name}:${address}`;
}

export function checkLink(text: string): string {
  if (text === '') throw new Error('empty string specified for links');
  if (text.split(':').length > 2) throw new Error(`bad format for links: ${text}`);
  return text;
}

const SYSCTLS = ['msgmax', 'msgmnb', 'msgmni', 'sem', 'shmall', 'shmmax', 'shmmni', 'shm_rmid_forced'].map(
  (name) => `kernel.${name}`,
);

/** Only what the kernel keeps for each namespace. */
export function checkSysctl(text: string): string {
  const [key, value] = cut(text, '=');
  const allowed = SYSCTLS.includes(key) || key.startsWith('net.') || key.startsWith('fs.mqueue.');
  if (value === undefined || !allowed) throw new Error(`sysctl '${text}' is not allowed`);
  return text;
}

export function checkDeviceCgroupRule(text: string): string {
  if (!/^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$/.test(text))
    throw new Error(`invalid device cgroup format '${text}'`);
  return text;
}
