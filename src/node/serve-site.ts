// `npm start`'s last step: serves the production build and prints where.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PROJECT_DIRECTORY } from './paths.ts';
import { startStaticServer } from './static-server.ts';
import type { StaticServer } from './static-server.ts';

const DEFAULT_PORT = 8080;
/** How many ports above a busy one are tried when the port was not asked for by name. */
const SPARE_PORTS = 20;

const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string', default: '127.0.0.1' } } });

try {
  const server = await startOnFreePort(values.port, values.host);
  console.log(`\nDrydock is at ${server.url}\nPress Ctrl-C to stop.`);
  process.once('SIGINT', () => void server.close());
  process.once('SIGTERM', () => void server.close());
} catch (error) {
  console.error(`Cannot serve the page: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function startOnFreePort(asked: string | undefined, host: string): Promise<StaticServer> {
  const first = asked === undefined ? DEFAULT_PORT : parsePort(asked);
  const last = asked === undefined ? first + SPARE_PORTS : first;
  for (let port = first; ; port++) {
    try {
      return await startStaticServer({ directory: join(PROJECT_DIRECTORY, 'dist/site'), host, port });
    } catch (error) {
      if (port === last || !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
  }
}

function parsePort(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535) throw new Error(`"${value}" is not a port (0-65535)`);
  return port;
}
