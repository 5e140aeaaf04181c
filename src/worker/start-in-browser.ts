// Drydock in a browser: files over HTTP, layers in the browser's own file system, the registry beside the page.
import type { Drydock } from '../compose/create-drydock.ts';
import { createDrydock } from '../compose/create-drydock.ts';
import type { BootProgress, Machine } from '../contracts/machine.ts';
import type { EarlyDownloads } from './early-downloads.ts';
import { FetchedGuestFiles } from './fetched-guest-files.ts';
import { openLayerStorage } from './layers/open-layer-storage.ts';
import { PageRegistries } from './page-registries.ts';

/**
 * A browser optimises what is hot, and takes seconds of a core for the function of a module of three pages: most would be
 * replaced before they are ready (docs/decisions/0015).
 */
const PAGES_PER_MODULE = 1;

export interface BrowserStart {
  /** The folder of the page, with a trailing slash. */
  readonly site: URL;
  readonly downloads: EarlyDownloads;
  readonly onProgress: (progress: BootProgress) => void;
  /** The machine runs; the engine is on its way. */
  readonly onMachine: (machine: Machine) => void;
}

export async function startInBrowser({ site, downloads, onProgress, onMachine }: BrowserStart): Promise<Drydock> {
  const onLog = (line: string): void => console.warn(`drydock: ${line}`);
  const registries = new PageRegistries({
    site,
    fetch: (input, init) => fetch(input, init),
    isOffline: () => !navigator.onLine,
  });
  return createDrydock({
    guest: new FetchedGuestFiles(new URL('guest/', site), downloads.fetch),
    ...(await openLayerStorage(onLog)),
    fetch: registries.fetch,
    defaultRegistry: registries.tree,
    wasm: downloads.module,
    pagesPerModule: PAGES_PER_MODULE,
    // Not returned: the boot does not wait for the page to draw.
    onProgress: (progress) => void onProgress(progress),
    onMachine,
    onLog,
  });
}
