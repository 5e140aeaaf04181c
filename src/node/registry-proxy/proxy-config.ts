// What the operator allows: registries, and how much and how long. The schema is the documentation's source (docs/hosting.md).
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { isLoopback } from '../request-guard.ts';
import { KNOWN_REGISTRIES } from './known-registries.ts';
import { compilePattern } from './repository-pattern.ts';

const NAME = /^[a-z0-9]+(?:[.-][a-z0-9]+)*(?::\d{1,5})?$/;

const origin = z.string().refine(isOrigin, 'must be http:// or https:// with a host, and nothing after it');
const address = z.string().refine(isAddress, 'must be an http:// or https:// address');
const seconds = z.number().positive().max(86_400);

const registry = z.strictObject({
  url: origin.optional().describe('Where it is, when that is not https:// and its name'),
  tokens: z
    .array(address)
    .optional()
    .describe('Where its tokens come from, beside itself: its "realm", without a query'),
  search: origin.optional().describe('Who answers /v1/search, when it is another host'),
  repositories: z
    .array(z.string().refine((text) => compilePattern(text) !== undefined, 'must be like "library/*" or "team/**"'))
    .min(1)
    .optional()
    .describe('All when left out. "*" stands for one part of a name, "**" for any number'),
  push: z.boolean().default(false),
  privateAddresses: z
    .boolean()
    .default(false)
    .describe('It may be, and may redirect to, an address of this machine or of a private network'),
});

const limits = z
  .strictObject({
    blobMegabytes: z.number().positive().max(1_000_000).default(1024).describe('Of a layer, as it is sent'),
    connectSeconds: seconds.default(10),
    idleSeconds: seconds.default(30).describe('Without a byte, in either direction'),
    requestSeconds: seconds.default(1800).describe('A whole request, with its body'),
    requestsAtOnce: z.number().int().positive().max(10_000).default(64),
  })
  .prefault({});

const proxy = z.strictObject({
  registries: z
    .record(
      z
        .string()
        .regex(NAME, 'must be a host, with a port or without')
        .refine(
          (name) => !isLoopback(name.replace(/:\d+$/, '')),
          'means the machine of whoever types it: choose a name, and give "url"',
        ),
      registry,
    )
    .describe('By the name that images have before their first slash; docker.io for those without'),
  hosts: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Names of the site, when a web server in front passes them on in "Host" and this one listens on loopback',
    ),
  limits,
});

const config = z.strictObject({ proxy: z.union([z.literal(false), proxy]).optional() });

export type ProxyLimits = z.output<typeof limits>;

export interface ProxiedRegistry {
  readonly name: string;
  readonly url: URL;
  /** Origin and path; those of its own host need not be listed. */
  readonly tokens: readonly string[];
  readonly search: URL;
  readonly push: boolean;
  readonly privateAddresses: boolean;
  allows(repository: string): boolean;
}

export interface ProxyConfig {
  readonly registries: ReadonlyMap<string, ProxiedRegistry>;
  readonly hosts: readonly string[];
  readonly limits: ProxyLimits;
}

/** What a file says: `undefined` when it says nothing of a proxy, `false` when there shall be none. */
export type SaidOfProxy = ProxyConfig | false | undefined;

/** @throws Error naming the file, the field and its value */
export async function readConfig(path: string): Promise<SaidOfProxy> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot read the configuration "${path}": ${why}`, { cause });
  });
  return parseConfig(text, path);
}

/** @throws Error naming the file, the field and its value */
export function parseConfig(text: string, path: string): SaidOfProxy {
  const result = config.safeParse(parsedJson(text, path));
  if (result.success) return result.data.proxy && toProxyConfig(result.data.proxy);
  const lines = result.error.issues.flatMap((issue) => describeIssue(issue, JSON.parse(text)));
  throw new Error(`Cannot use the configuration "${path}":\n${lines.join('\n')}`);
}

/** What makes `docker pull` reach the usual registries. */
export function defaultProxyConfig(): ProxyConfig {
  return toProxyConfig(
    proxy.parse({ registries: Object.fromEntries(Object.keys(KNOWN_REGISTRIES).map((name) => [name, {}])) }),
  );
}

function toProxyConfig({ registries, hosts, limits }: z.output<typeof proxy>): ProxyConfig {
  const entries = Object.entries(registries).map(([name, entry]): [string, ProxiedRegistry] => {
    // Somebody else's address for a known name has nothing to do with that name's other hosts.
    const known = entry.url === undefined ? KNOWN_REGISTRIES[name] : undefined;
    const url = new URL(entry.url ?? known?.url ?? `https://${name}`);
    const patterns = entry.repositories?.flatMap((text) => compilePattern(text) ?? []);
    const search = entry.search ?? known?.search;
    return [
      name,
      {
        name,
        url,
        tokens: (entry.tokens ?? known?.tokens ?? []).map((text) => new URL(text)).map((at) => at.origin + at.pathname),
        search: search === undefined ? url : new URL(search),
        push: entry.push,
        privateAddresses: entry.privateAddresses,
        allows: (repository) => patterns === undefined || patterns.some((pattern) => pattern.test(repository)),
      },
    ];
  });
  return { registries: new Map(entries), hosts, limits };
}

function parsedJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot read the configuration "${path}": it is not JSON: ${why}`, { cause });
  }
}

function describeIssue(issue: z.core.$ZodIssue, whole: unknown): string[] {
  // What is wrong is in one of the alternatives, and only that of the object says what.
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.findLast((issues) => issues.length > 0) ?? [];
    return inner.flatMap((one) => describeIssue({ ...one, path: [...issue.path, ...one.path] }, whole));
  }
  const nested = issue.code === 'invalid_key' ? issue.issues[0] : undefined;
  const value = issue.path.reduce<unknown>((at, key) => (isRecord(at) ? at[String(key)] : undefined), whole);
  const shown =
    nested !== undefined || value === undefined || isRecord(value) ? '' : ` (it is ${JSON.stringify(value)})`;
  return [`  ${issue.path.map(String).join(' > ') || 'the file'}: ${nested?.message ?? issue.message}${shown}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}

function isOrigin(text: string): boolean {
  return isAddress(text) && new URL(text).pathname === '/';
}
