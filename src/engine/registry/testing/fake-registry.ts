// A registry in memory for tests: a `fetch` that serves images made on the spot, and can be told to misbehave.
import type { Digest } from '../../../contracts/blob-store.ts';
import { digestOf } from '../../blob/sha256.ts';
import { tarOf } from '../../layer/testing/tar-archive.ts';
import type { TarItem } from '../../layer/testing/tar-archive.ts';
import { MEDIA_TYPES } from '../manifest.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface PushedImage {
  readonly id: Digest;
  /** Of what the tag names: the manifest or the index. */
  readonly digest: Digest;
  readonly manifest: Digest;
  readonly layers: readonly Digest[];
  readonly diffIds: readonly Digest[];
}

export interface PushOptions {
  readonly name: string;
  readonly tag?: string;
  /** One tar for each layer. */
  readonly layers: readonly (readonly TarItem[])[];
  readonly architecture?: string;
  /** Wraps the manifest in an index, beside one for another platform. */
  readonly index?: boolean;
  readonly config?: object;
  readonly history?: readonly object[];
  readonly created?: string;
  readonly compress?: (tar: Bytes) => Promise<Bytes> | Bytes;
  /** Changes the config before its digest is taken. */
  readonly spoilConfig?: (config: { rootfs: { diff_ids: string[] } }) => void;
}

const utf8 = new TextEncoder();

export class FakeRegistry {
  /** Answers by path below the base, `library/busybox/manifests/latest`. */
  readonly files = new Map<string, Bytes>();
  /** Paths asked for, in order. */
  readonly requests: string[] = [];
  readonly base = new URL('https://page.test/some/prefix/v2/');
  /** Runs before each answer; may answer itself, wait or throw. */
  intercept: ((path: string, request: Request) => Promise<Response | undefined> | Response | undefined) | undefined;

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const path = url.pathname.slice(url.pathname.indexOf('/v2/') + '/v2/'.length);
    this.requests.push(path);
    const intercepted = await this.intercept?.(path, request);
    request.signal.throwIfAborted();
    if (intercepted !== undefined) return intercepted;
    const bytes = this.files.get(path);
    return bytes === undefined ? new Response('not here', { status: 404 }) : new Response(bytes);
  };

  async push(options: PushOptions): Promise<PushedImage> {
    const { name, tag = 'latest', compress = gzip } = options;
    const tars = options.layers.map((items) => tarOf(...items));
    const blobs = await Promise.all(tars.map(async (tar) => compress(tar)));
    const diffIds = await Promise.all(tars.map(digestOf));
    const layers = await Promise.all(blobs.map((blob) => this.#put(name, 'blobs', blob)));
    const config = {
      architecture: options.architecture ?? '386',
      os: 'linux',
      created: options.created ?? '2026-01-02T03:04:05.678Z',
      config: options.config ?? { Cmd: ['sh'] },
      rootfs: { type: 'layers', diff_ids: [...diffIds] },
      history: options.history ?? diffIds.map((_, i) => ({ created_by: `step ${i}`, created: '2026-01-02T03:04:05Z' })),
    };
    options.spoilConfig?.(config);
    const configBytes = utf8.encode(JSON.stringify(config));
    const id = await this.#put(name, 'blobs', configBytes);
    const manifest = await this.#putJson(name, {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: id, size: configBytes.length },
      layers: layers.map((digest, i) => ({
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest,
        size: blobs[i]?.length ?? 0,
      })),
    });
    const digest = options.index === true ? await this.#putIndex(name, manifest) : manifest;
    const tagged = this.files.get(`${name}/manifests/${digest}`);
    if (tagged !== undefined) this.files.set(`${name}/manifests/${tag}`, tagged);
    const tags = [...this.files.keys()].flatMap((path) => {
      const [, found] = /^(?:.*)\/manifests\/([^:]+)$/.exec(path.startsWith(`${name}/`) ? path : '') ?? [];
      return found === undefined ? [] : [found];
    });
    this.files.set(`${name}/tags/list`, utf8.encode(JSON.stringify({ name, tags })));
    return { id, digest, manifest, layers, diffIds };
  }

  async #putIndex(name: string, manifest: Digest): Promise<Digest> {
    const size = this.files.get(`${name}/manifests/${manifest}`)?.length ?? 0;
    const entry = { mediaType: MEDIA_TYPES.ociManifest, size };
    return this.#putJson(name, {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: [
        { ...entry, digest: `sha256:${'0'.repeat(64)}`, platform: { os: 'linux', architecture: 'amd64' } },
        { ...entry, digest: manifest, platform: { os: 'linux', architecture: '386' } },
      ],
    });
  }

  #putJson(name: string, body: object): Promise<Digest> {
    return this.#put(name, 'manifests', utf8.encode(JSON.stringify(body)));
  }

  async #put(name: string, kind: 'blobs' | 'manifests', bytes: Bytes): Promise<Digest> {
    const digest = await digestOf(bytes);
    this.files.set(`${name}/${kind}/${digest}`, bytes);
    return digest;
  }
}

export async function gzip(bytes: Bytes): Promise<Bytes> {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
}
