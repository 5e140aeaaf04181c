// The built page and, where the configuration or the place allows it, the way to registries that it needs: for `npm start` and
// for `drydock site`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_DIRECTORY } from './paths.ts';
import { defaultProxyConfig, readConfig } from './registry-proxy/proxy-config.ts';
import type { ProxyConfig } from './registry-proxy/proxy-config.ts';
import { RegistryProxy } from './registry-proxy/registry-proxy.ts';
import { isLoopback } from './request-guard.ts';
import { startStaticServer } from './static-server.ts';
import type { StaticServer } from './static-server.ts';

/** Looked for in this checkout when nobody names a file. */
const CONFIG_FILE = 'drydock.config.json';

export interface SiteOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Of the configuration; $DRYDOCK_CONFIG or the checkout's own when left out. */
  readonly config?: string | undefined;
  /** Others than this machine may use the registries of the configuration. */
  readonly allowRemote?: boolean;
  /** `dist/site` of this checkout when left out. */
  readonly directory?: string | undefined;
  readonly prefix?: string;
  readonly log: (line: string) => void;
}

export interface Site extends StaticServer {
  /** Names of the registries that requests are passed on to. */
  readonly registries: readonly string[];
}

/** @throws Error naming what is wrong with the configuration; with code EADDRINUSE, EACCES ... when the address cannot be had */
export async function openSite(options: SiteOptions): Promise<Site> {
  const { host, port, log, directory = join(PROJECT_DIRECTORY, 'dist/site'), prefix = '' } = options;
  if (!existsSync(join(directory, 'index.html')))
    throw new Error(`nothing is built in "${directory}": run "npm run build"`);
  const config = await proxyConfigOf(options);
  const proxy = config && new RegistryProxy({ config, listenHost: host, log });
  const handle = proxy && { handle: proxy.handle.bind(proxy) };
  const server = await startStaticServer({ directory, host, port, prefix, ...handle });
  return {
    url: server.url,
    registries: [...(config?.registries.keys() ?? [])],
    async close(graceMs) {
      await server.close(graceMs);
      proxy?.close();
    },
  };
}

async function proxyConfigOf({ host, config, allowRemote = false }: SiteOptions): Promise<ProxyConfig | undefined> {
  const path = config ?? process.env['DRYDOCK_CONFIG'] ?? ownConfig();
  const said = path === undefined ? undefined : await readConfig(path);
  if (said === false) return undefined;
  // Whoever reaches a loopback address could ask the registries without us; for others the operator has to decide.
  if (said === undefined) return isLoopback(host) ? defaultProxyConfig() : undefined;
  if (isLoopback(host) || allowRemote) return said;
  throw new Error(
    `refusing to listen on "${host}" with the registries of "${path}": whoever reaches it could use them. ` +
      'Add --allow-remote if that is what you want, or "proxy": false to the configuration',
  );
}

function ownConfig(): string | undefined {
  const path = join(PROJECT_DIRECTORY, CONFIG_FILE);
  return existsSync(path) ? path : undefined;
}
