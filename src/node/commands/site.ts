// `drydock site`: the built page for others, as a service runs it.
import { parseArgs } from 'node:util';
import { openSite } from '../open-site.ts';
import type { Site, SiteOptions } from '../open-site.ts';
import { UsageError } from './usage.ts';

const DEFAULT_LISTEN = '127.0.0.1:8080';
/** Downloads that are under way when the service is stopped. */
const GRACE_MS = 10_000;

const HELP = `Usage:  drydock site [OPTIONS]

Serve the built page until interrupted, and pass its pulls on to registries

Options:
      --allow-remote      Let other machines use the registries of the configuration
      --config string     Which registries there are (default: $DRYDOCK_CONFIG or drydock.config.json;
                          without any, the usual public ones on a loopback address, and none elsewhere)
      --directory string  The built page (default: dist/site)
      --help              Print this text
      --listen string     HOST:PORT (default "${DEFAULT_LISTEN}")
`;

export async function siteCommand(args: string[]): Promise<number> {
  const options = parse(args);
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const site = await open(options);
  process.stdout.write(`Drydock is at ${site.url}\n`);
  process.stdout.write(
    site.registries.length === 0 ? 'No registries\n' : `Passes pulls on to ${site.registries.join(', ')}\n`,
  );
  await interrupted();
  await site.close(GRACE_MS);
  return 0;
}

function open(options: SiteOptions): Promise<Site> {
  return openSite(options).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Cannot serve the page: ${why}`);
  });
}

function parse(args: string[]): 'help' | SiteOptions {
  try {
    const { values } = parseArgs({
      args,
      options: {
        'allow-remote': { type: 'boolean', default: false },
        config: { type: 'string' },
        directory: { type: 'string' },
        help: { type: 'boolean' },
        listen: { type: 'string', default: DEFAULT_LISTEN },
      },
    });
    if (values.help) return 'help';
    return {
      ...parseAddress(values.listen),
      config: values.config,
      directory: values.directory,
      allowRemote: values['allow-remote'],
      log: (line) => void process.stderr.write(`drydock: ${line}\n`),
    };
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)}\n\nRun 'drydock site --help' for more information`,
    );
  }
}

/** @throws Error naming the value */
function parseAddress(value: string): { host: string; port: number } {
  const [, host, port] = /^(\[[0-9a-fA-F:]+\]|[^:/[\]]+):(\d{1,5})$/.exec(value) ?? [];
  if (host === undefined || Number(port) > 65_535) throw new Error(`invalid address "${value}": give HOST:PORT`);
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
