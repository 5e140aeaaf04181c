// `drydock serve`: the Engine API for programs on this machine.
import { parseArgs } from 'node:util';
import { startDrydock } from '../start-drydock.ts';
import { listenEngine } from '../http-server.ts';
import { isLoopback, parseListen, refusal } from '../request-guard.ts';
import type { Listen } from '../request-guard.ts';
import { UsageError } from './usage.ts';

const DEFAULT_LISTEN = 'tcp://127.0.0.1:2375';

const HELP = `Usage:  drydock serve [OPTIONS]

Offer the Docker Engine API of a fresh guest until interrupted

Options:
      --allow-remote   Accept an address that other machines can reach: they then control the engine
      --docker-hub     Pull from Docker Hub what is not among the images that were built here
      --help           Print this text
      --listen string  tcp://HOST:PORT or unix://PATH (default "${DEFAULT_LISTEN}")
`;

export async function serveCommand(args: string[]): Promise<number> {
  const options = parse(args);
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const { listen, dockerHub } = options;
  const drydock = await startDrydock({
    dockerHub,
    onLog: (line) => void process.stderr.write(`drydock: ${line}\n`),
  });
  try {
    const server = await listenEngine(listen, drydock.engine, (headers) => refusal(headers, listen));
    const host =
      listen.kind === 'unix'
        ? `unix://${listen.path}`
        : `tcp://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${server.port}`;
    process.stdout.write(`Docker Engine API on ${host}\n  export DOCKER_HOST=${host}\n`);
    await interrupted();
    await server.close();
  } finally {
    await drydock.close();
  }
  return 0;
}

function parse(args: string[]): 'help' | { listen: Listen; dockerHub: boolean } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        listen: { type: 'string' },
        'allow-remote': { type: 'boolean' },
        'docker-hub': { type: 'boolean', default: false },
        help: { type: 'boolean' },
      },
    });
    if (values.help) return 'help';
    const listen = parseListen(values.listen ?? DEFAULT_LISTEN);
    if (listen.kind === 'tcp' && !isLoopback(listen.host) && !values['allow-remote']) {
      throw new Error(
        `refusing to listen on "${listen.host}": whoever reaches it controls the engine. Add --allow-remote if that is what you want`,
      );
    }
    return { listen, dockerHub: values['docker-hub'] };
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)}\n\nRun 'drydock serve --help' for more information`,
    );
  }
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
