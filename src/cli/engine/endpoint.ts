// Which engine a command means. There is exactly one, at Docker's own address; any other is politely not there.
import { CliError } from '../cli-error.ts';
import { goQuote } from '../../shared/go-quote.ts';

export const DEFAULT_HOST = 'unix:///var/run/docker.sock';

export interface EndpointChoice {
  readonly hosts: readonly string[];
  readonly context: string;
  readonly env: Readonly<Record<string, string>>;
  readonly configFolder: string;
}

const failed = (why: string) => new CliError(`Failed to initialize: unable to resolve docker endpoint: ${why}`);

function normalHost(text: string): string {
  const host = text.trim();
  if (host === '') return DEFAULT_HOST;
  const [protocol, address] = host.includes('://') ? host.split('://', 2) : ['tcp', host];
  switch (protocol) {
    case 'unix':
      return address === '' ? DEFAULT_HOST : `unix://${address ?? ''}`;
    case 'tcp': {
      const [name = '', port = ''] = (address ?? '').split(':');
      return `tcp://${name === '' ? 'localhost' : name}:${port === '' ? '2375' : port}`;
    }
    case 'ssh':
    case 'fd':
      return host;
    default:
      throw failed(`invalid bind address format: ${host}`);
  }
}

async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @returns the address, in Docker's form @throws CliError in Docker's words */
export async function resolveEndpoint({ hosts, context, env, configFolder }: EndpointChoice): Promise<string> {
  if (hosts.length > 0 && context !== '')
    throw new CliError('conflicting options: cannot specify both --host and --context');
  if (hosts.length > 1) throw failed('Specify only one -H');
  const envHost = env['DOCKER_HOST'] ?? '';
  const chosen = context === '' && hosts.length === 0 && envHost === '' ? (env['DOCKER_CONTEXT'] ?? '') : context;
  if (chosen !== '' && chosen !== 'default') {
    const file = `${configFolder}/contexts/meta/${await sha256Hex(chosen)}/meta.json`;
    throw failed(`context ${goQuote(chosen)}: context not found: open ${file}: no such file or directory`);
  }
  return normalHost(hosts[0] ?? (chosen === 'default' ? '' : envHost));
}

/** Whether the one engine answers at this address. */
export function isOurs(host: string): boolean {
  return host === DEFAULT_HOST || host === 'unix:///run/docker.sock';
}
