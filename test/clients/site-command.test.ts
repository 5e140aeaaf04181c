// `drydock site` as a service runs it: what it serves, what it refuses to, and how it ends.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DRYDOCK, execute, stopServer } from '../support/served-engine.ts';

const BLOB = `proxy/slow.example/v2/app/blobs/sha256:${'a'.repeat(64)}`;
const children: ChildProcess[] = [];
let folder = '';
let upstream: Server;
/** Lets the upstream end what it has begun. */
let finish = (): void => undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-site-command-'));
  upstream = createServer((_, response) => {
    response.write('begun, ');
    finish = () => response.end('ended');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const registries = { 'slow.example': { url, privateAddresses: true } };
  await writeFile(join(folder, 'own.json'), JSON.stringify({ proxy: { registries } }));
  await writeFile(join(folder, 'none.json'), '{"proxy":false}');
  await writeFile(join(folder, 'bad.json'), '{"proxy":{"registries":{"quay.io":{"push":"yes"}}}}');
});
afterAll(async () => {
  await Promise.all(children.filter(({ exitCode }) => exitCode === null).map(stopServer));
  upstream.closeAllConnections();
  upstream.close();
  await rm(folder, { recursive: true });
});

const drydock = (...args: string[]) => execute(DRYDOCK, ['site', ...args]);

async function start(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ child: ChildProcess; url: string; said: string }> {
  const child = spawn(DRYDOCK, ['site', '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      const [, url] = /^Drydock is at (\S+)\n.+\n/.exec(said) ?? [];
      if (url !== undefined) resolve({ child, url, said });
    });
    child.on('exit', (code) => reject(new Error(`drydock site ended early with ${code}`)));
  });
}

describe('drydock site', () => {
  it('serves the page, compressed beforehand, and nothing of registries when it is not to', async () => {
    const { child, url, said } = await start(['--config', join(folder, 'none.json')]);
    expect(said).toBe(`Drydock is at ${url}\nNo registries\n`);
    const page = await fetch(url);
    expect(page.headers.get('content-encoding')).toBe('gzip');
    expect(await page.text()).toContain('<title>Drydock</title>');
    expect((await fetch(new URL('proxy/registries.json', url))).status).toBe(404);
    expect((await fetch(new URL('v2/library/busybox/tags/list', url))).ok).toBe(true);
    expect(await stopServer(child)).toBe(0);
  });

  it('lets downloads end when it is stopped, and takes no more', async () => {
    const { child, url } = await start(['--config', join(folder, 'own.json')]);
    const download = await fetch(new URL(BLOB, url));
    const stopped = stopServer(child);
    await expect
      .poll(() =>
        fetch(url).then(
          () => 'served',
          () => 'refused',
        ),
      )
      .toBe('refused');
    expect(child.exitCode).toBeNull();
    finish();
    expect(await download.text()).toBe('begun, ended');
    expect(await stopped).toBe(0);
  });

  it('trusts no certificate but those that it is told to, and does not leave TLS for a redirect', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const request = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=localhost',
      '-keyout',
      key,
      '-out',
      cert,
    ];
    const made = await execute('openssl', [...request, '-addext', 'subjectAltName=DNS:localhost']);
    expect(made.exitCode).toBe(0);
    const { port } = upstream.address() as AddressInfo;
    const registry = createTlsServer({ key: await readFile(key), cert: await readFile(cert) }, ({ url }, response) => {
      if (url === '/v2/') response.end('{}');
      else response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end();
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const address = `https://localhost:${(registry.address() as AddressInfo).port}`;
    const registries = { 'tls.example': { url: address, privateAddresses: true } };
    const config = join(folder, 'tls.json');
    await writeFile(config, JSON.stringify({ proxy: { registries } }));
    const ask = async (site: string, path: string): Promise<string> =>
      (await fetch(new URL(`proxy/tls.example/${path}`, site))).text();
    try {
      const careful = await start(['--config', config]);
      expect(await ask(careful.url, 'v2/')).toContain('self-signed certificate');
      const { url } = await start(['--config', config], { NODE_EXTRA_CA_CERTS: cert });
      expect(await ask(url, 'v2/')).toBe('{}');
      expect(await ask(url, 'v2/app/manifests/v1')).toContain(
        `redirects to http://127.0.0.1:${port}, which is not encrypted`,
      );
    } finally {
      registry.closeAllConnections();
      registry.close();
    }
  });

  it.each([
    [['--listen', '0.0.0.0:0', '--config', 'own.json'], 'refusing to listen on "0.0.0.0" with the registries of '],
    [['--listen', 'nowhere'], 'invalid address "nowhere": give HOST:PORT'],
    [['--listen', '127.0.0.1:99999'], 'invalid address "127.0.0.1:99999"'],
    [['--config', 'bad.json'], 'proxy > registries > quay.io > push: '],
    [['--config', 'missing.json'], 'Cannot read the configuration "'],
    [['--directory', '/nowhere'], 'nothing is built in "/nowhere"'],
    [['--nope'], '--nope'],
  ])('refuses %j', async (args, message) => {
    const { exitCode, stderr } = await drydock(...args.map((arg) => (arg.endsWith('.json') ? join(folder, arg) : arg)));
    expect({ exitCode, stderr }).toEqual({ exitCode: 125, stderr: expect.stringContaining(message) as string });
    expect(stderr).not.toContain('    at ');
  });
});
