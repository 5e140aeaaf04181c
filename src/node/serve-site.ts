// `npm start`'s last step: serves the production build and prints where.
import { parseArgs } from 'node:util';
import { openSite } from './open-site.ts';
import type { Site } from './open-site.ts';

const DEFAULT_PORT = 8080;
/** How many ports above a busy one are tried when the port was not asked for by name. */
const SPARE_PORTS = 20;

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    config: { type: 'string' },
    'allow-remote': { type: 'boolean', default: false },
  },
});

try {
  const site = await startOnFreePort(values.port);
  const registries = site.registries.length === 0 ? '' : `\nIts pulls are passed on to ${site.registries.join(', ')}.`;
  console.log(`\nDrydock is at ${site.url}${registries}\nPress Ctrl-C to stop.`);
  process.once('SIGINT', () => void site.close());
  process.once('SIGTERM', () => void site.close());
} catch (error) {
  console.error(`Cannot serve the page: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function startOnFreePort(asked: string | undefined): Promise<Site> {
  const { host, config, 'allow-remote': allowRemote } = values;
  const first = asked === undefined ? DEFAULT_PORT : parsePort(asked);
  const last = asked === undefined ? first + SPARE_PORTS : first;
  for (let port = first; ; port++) {
    try {
      return await openSite({ host, port, config, allowRemote, log: (line) => console.error(line) });
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
