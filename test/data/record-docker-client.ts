// Asks the real docker client what it does, and writes it down, so that our client is compared with it on machines that
// have none. Run: npx tsx test/data/record-docker-client.ts [cases|help] [name ...]
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { ClientCase, ClientRun, RecordedRequest } from '../../src/cli/testing/client-case.ts';
import { answerBytes, routeFor } from '../../src/cli/testing/client-case.ts';

const casesFolder = resolve(import.meta.dirname, '../../src/cli/testing/cases');
const helpFile = join(import.meta.dirname, 'docker-28.2.2-help.json');

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function normalPath(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://docker');
  searchParams.sort();
  const query = searchParams.toString();
  return pathname.replace(/^\/v1\.\d+/, '') + (query === '' ? '' : `?${query}`);
}

/** Plays a daemon that answers as the case says. */
function fakeDaemon(given: ClientCase, requests: RecordedRequest[]) {
  const seen = new Map<string, number>();
  const server = createServer((request, response) => {
    void (async () => {
      const text = await bodyOf(request);
      const path = normalPath(request.url ?? '/');
      const key = `${request.method ?? 'GET'} ${path}`;
      const common = {
        'Api-Version': '1.50',
        Ostype: 'linux',
        'Docker-Experimental': 'false',
        Swarm: 'inactive',
        Server: 'Docker/28.2.2 (linux)',
      };
      if (path.startsWith('/_ping')) {
        response.writeHead(200, { ...common, 'content-type': 'text/plain' }).end('OK');
        return;
      }
      requests.push({ request: key, ...(text === '' ? {} : { body: JSON.parse(text) as unknown }) });
      const { answer } = routeFor(given, key, seen);
      const status = answer.status ?? 200;
      response.writeHead(status, { ...common, 'content-type': 'application/json' }).end(answerBytes(answer));
    })();
  });
  server.on('upgrade', (request, socket, head) => {
    const path = normalPath(request.url ?? '/');
    const key = `POST ${path}`;
    const { answer } = routeFor(given, key, seen);
    socket.on('error', () => undefined);
    const chunks: Buffer[] = [head];
    const expectBody = Number(request.headers['content-length'] ?? 0);
    const reply = () => {
      const text = Buffer.concat(chunks).toString();
      requests.push({ request: key, ...(expectBody === 0 ? {} : { body: JSON.parse(text) as unknown }) });
      socket.write(
        'HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
      );
      socket.end(answerBytes(answer));
    };
    if (head.length >= expectBody) return reply();
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (Buffer.concat(chunks).length >= expectBody) {
        socket.removeAllListeners('data');
        reply();
      }
    });
    return undefined;
  });
  return server;
}

async function runReal(given: ClientCase): Promise<ClientRun> {
  const requests: RecordedRequest[] = [];
  const server = fakeDaemon(given, requests);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'docker-case-'));
  try {
    for (const [name, text] of Object.entries(given.files ?? {})) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const child = spawn('docker', given.args, {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: '/root',
        TZ: 'UTC',
        DOCKER_HOST: `tcp://127.0.0.1:${port}`,
        ...given.env,
      },
    });
    // A case that hangs is a mistake in its script: it shows as exit code -1.
    const impatience = setTimeout(() => child.kill('SIGKILL'), 4000);
    child.on('close', () => clearTimeout(impatience));
    // A client that ends without reading is what the case is about.
    child.stdin.on('error', () => undefined);
    child.stdin.end(given.stdin ?? '');
    const [stdout, stderr, exitCode] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      new Promise<number>((done) => child.on('close', (code) => done(code ?? -1))),
    ]);
    const written: Record<string, string> = {};
    for (const name of given.reads ?? [])
      if (existsSync(join(folder, name))) written[name] = readFileSync(join(folder, name), 'utf8');
    const neutral = (text: string) =>
      text.replaceAll(`tcp://127.0.0.1:${port}`, 'unix:///var/run/docker.sock').replaceAll(folder, '/work');
    const run = {
      stdout: neutral(stdout),
      stderr: neutral(stderr),
      exitCode,
      requests,
      ...(given.reads === undefined ? {} : { written }),
    };
    return JSON.parse(JSON.stringify(run).replaceAll(folder, '/work')) as ClientRun;
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function recordCases(names: readonly string[]): Promise<void> {
  for (const file of readdirSync(casesFolder).filter(
    (entry) => entry.endsWith('.json') && !entry.endsWith('.real.json'),
  )) {
    const group = file.replace(/\.json$/, '');
    if (names.length > 0 && !names.includes(group)) continue;
    const cases = JSON.parse(readFileSync(join(casesFolder, file), 'utf8')) as Record<string, ClientCase>;
    const runs: Record<string, ClientRun> = {};
    for (const [name, given] of Object.entries(cases)) {
      const run = await runReal(given);
      runs[name] = run;
      if (run.exitCode < 0) console.log(`${group}: ${name} hangs`);
    }
    writeFileSync(
      join(casesFolder, `${group}.real.json`),
      `${JSON.stringify({ recordedAtMs: Date.now(), runs }, undefined, 2)}\n`,
    );
    console.log(`${group}: ${Object.keys(runs).length} cases`);
  }
}

async function recordHelp(): Promise<void> {
  const { HELP_COMMANDS, LISTING_PAGES, parseHelp, parseListing } = await import('../../src/cli/testing/parse-help.ts');
  const ask = async (command: string): Promise<string> => {
    const words = command.split(' ').filter((word) => word !== '');
    return (await runReal({ args: [...words, '--help'], routes: {} })).stdout;
  };
  const pages: Record<string, unknown> = {};
  for (const command of HELP_COMMANDS) pages[command] = parseHelp(await ask(command));
  for (const command of LISTING_PAGES) {
    const page = await ask(command);
    pages[`${command} COMMAND`] = { ...parseHelp(page), lists: parseListing(page) };
  }
  writeFileSync(helpFile, `${JSON.stringify(pages, undefined, 2)}\n`);
  console.log(`help: ${Object.keys(pages).length} pages`);
}

const [what = 'cases', ...names] = process.argv.slice(2);
await (what === 'help' ? recordHelp() : recordCases(names));
