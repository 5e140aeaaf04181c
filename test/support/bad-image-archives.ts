// A corpus of archives for `docker load` that are hostile or broken, made on the spot: each is refused with a reason, and
// nothing of it stays, or it gives the one image that a well-meant archive would.
import { digestOf } from '../../src/engine/blob/sha256.ts';
import { tarOf } from '../../src/engine/layer/testing/tar-archive.ts';
import type { TarItem } from '../../src/engine/layer/testing/tar-archive.ts';
import { gzip } from '../../src/engine/registry/testing/fake-registry.ts';
import { BAD_LAYERS } from './bad-layers.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface BadImageArchive {
  readonly what: string;
  make(): Promise<Bytes>;
  /** Part of the reason; undefined when the image `app:1` is loaded. */
  readonly refusal: RegExp | undefined;
}

const MIB = 1024 ** 2;
const utf8 = new TextEncoder();
const json = (value: unknown): Bytes => utf8.encode(JSON.stringify(value));
/** As large as a file may be that is no layer. */
const LARGE = new Uint8Array(8 * MIB).fill(65);
const LAYER = tarOf({ path: 'etc/name', content: 'app' });
const ITEM = { Config: 'config', RepoTags: ['app:1'], Layers: ['layer'] };
const GONE = /no such file or directory/;

async function goodConfig(changes: object = {}): Promise<Bytes> {
  const rootfs = { type: 'layers', diff_ids: [await digestOf(LAYER)] };
  return json({ os: 'linux', architecture: '386', config: {}, rootfs, ...changes });
}

/** A good archive with `items` behind it: the later of two files counts. */
async function archive(...items: readonly TarItem[]): Promise<Bytes> {
  return tarOf(
    { path: 'layer', content: LAYER },
    { path: 'config', content: await goodConfig() },
    { path: 'manifest.json', content: json([ITEM]) },
    ...items,
  );
}

function having(what: string, refusal: RegExp | undefined, ...items: readonly TarItem[]): BadImageArchive {
  return { what, refusal, make: () => archive(...items) };
}

function withConfig(
  what: string,
  refusal: RegExp | undefined,
  content: Bytes | (() => Promise<Bytes>),
): BadImageArchive {
  const bytes = async () => (typeof content === 'function' ? content() : content);
  return { what: `config: ${what}`, refusal, make: async () => archive({ path: 'config', content: await bytes() }) };
}

function withManifest(what: string, refusal: RegExp | undefined, content: unknown): BadImageArchive {
  const bytes = content instanceof Uint8Array ? content : json(content);
  return having(`manifest: ${what}`, refusal, { path: 'manifest.json', content: bytes });
}

const nested = (levels: number): Bytes => utf8.encode(`{"x":${'['.repeat(levels)}${']'.repeat(levels)}}`);
const digestOfZeros = `sha256:${'0'.repeat(64)}`;

const files: readonly BadImageArchive[] = [
  having(
    'names that climb, beside a good image',
    undefined,
    { path: '../../../etc/cron', content: 'x' },
    { path: '/root/.ssh/key' },
  ),
  having('names that are not UTF-8', undefined, {
    path: 'x',
    pax: { path: new Uint8Array([0xff, 0xfe]) },
    content: 'x',
  }),
  having(
    'the manifest twice, the bad one first',
    undefined,
    { path: 'manifest.json', content: '{' },
    { path: './manifest.json', content: json([ITEM]) },
  ),
  having('the manifest twice, the bad one last', /it is not JSON/, { path: 'manifest.json', content: '{' }),
  having(
    'a layer that is replaced by a link out',
    /no such file|invalid/,
    { path: 'layer2', type: '2', linkPath: '/etc/passwd' },
    { path: 'manifest.json', content: json([{ ...ITEM, Layers: ['layer2'] }]) },
  ),
  having('a config that a link out replaces', GONE, { path: 'config', type: '2', linkPath: '/etc/passwd' }),
  having('a layer that a link to itself replaces', GONE, { path: 'layer', type: '1', linkPath: 'layer' }),
  having(
    'a config that is a link out',
    GONE,
    { path: 'c', type: '2', linkPath: '../../../../etc/passwd' },
    { path: 'manifest.json', content: json([{ ...ITEM, Config: 'c' }]) },
  ),
  having(
    'links in a circle',
    GONE,
    { path: 'a', type: '2', linkPath: 'b' },
    { path: 'b', type: '1', linkPath: 'a' },
    { path: 'manifest.json', content: json([{ ...ITEM, Config: 'a' }]) },
  ),
  having('a file that states 8 PiB', /unexpected EOF/, {
    path: 'big',
    content: 'x',
    pax: { size: String(2 ** 53 - 1) },
  }),
  having('a name of 5,000 bytes', /file name too long/, { path: 'x', pax: { path: 'n'.repeat(5000) } }),
  {
    what: 'names of 20 MiB in little gzip',
    refusal: /file name too long/,
    make: async () =>
      gzip(await archive(...Array.from({ length: 20 }, () => ({ path: 'x', pax: { path: 'n'.repeat(MIB - 100) } })))),
  },
  {
    what: 'small files of 72 MiB',
    refusal: /more than 67108864 bytes that are no layers/,
    make: () => archive(...Array.from({ length: 9 }, (_, i) => ({ path: `f${i}`, content: LARGE }))),
  },
];

const configs: readonly BadImageArchive[] = [
  withConfig('none', /Cannot read image config/, new Uint8Array(0)),
  withConfig('null', /Cannot read image config/, json(null)),
  withConfig('a list', /Cannot read image config/, json([])),
  withConfig('cut off', /it is not JSON/, async () => (await goodConfig()).slice(0, -2)),
  withConfig('not UTF-8', /it is not JSON/, utf8.encode('{"os":"linux"}').with(8, 0xff)),
  withConfig('nested too deep', /nested more than 1000 levels deep/, nested(200_000)),
  withConfig('four million opening brackets', /nested more than 1000/, utf8.encode('['.repeat(4 * MIB))),
  withConfig('of 9 MiB', GONE, () => goodConfig({ comment: 'x'.repeat(9 * MIB) })),
  withConfig('of another system', /cannot load windows image on linux/, () => goodConfig({ os: 'windows' })),
  withConfig('of a system that is a number', /os: /, () => goodConfig({ os: 1 })),
  withConfig('of no layers', /layers length mismatch: expected 1, got 0/, () =>
    goodConfig({ rootfs: { type: 'layers' } }),
  ),
  withConfig('of a layer that climbs', /must be a sha256 digest/, () =>
    goodConfig({ rootfs: { type: 'layers', diff_ids: ['sha256:../../etc'] } }),
  ),
  withConfig('of another layer', /invalid diffID for layer 0/, () =>
    goodConfig({ rootfs: { type: 'layers', diff_ids: [digestOfZeros] } }),
  ),
  withConfig('of 100,000 layers', /layers length mismatch/, () =>
    goodConfig({ rootfs: { type: 'layers', diff_ids: Array.from({ length: 100_000 }, () => digestOfZeros) } }),
  ),
  withConfig('labels that an object has by itself', undefined, async () =>
    utf8.encode(
      new TextDecoder().decode(await goodConfig({ config: { Labels: { a: 'b' } } })).replace('"a"', '"__proto__"'),
    ),
  ),
];

const manifests: readonly BadImageArchive[] = [
  withManifest('none', /it is not JSON/, new Uint8Array(0)),
  withManifest('null', /manifest cannot be null/, null),
  withManifest('a word', /Cannot read manifest.json/, 'x'),
  withManifest('an object', /Cannot read manifest.json/, ITEM),
  withManifest('layers that are numbers', /Layers/, [{ ...ITEM, Layers: [1] }]),
  withManifest('nested too deep', /nested more than 1000/, nested(100_000)),
  withManifest('a layer twice', /layers length mismatch: expected 2, got 1/, [{ ...ITEM, Layers: ['layer', 'layer'] }]),
  withManifest('a parent that is another image', undefined, [{ ...ITEM, Parent: digestOfZeros }]),
  withManifest('a layer that climbs', GONE, [{ ...ITEM, Layers: ['../../../etc/passwd'] }]),
  withManifest('a config that climbs', GONE, [{ ...ITEM, Config: '/../../etc/passwd' }]),
  withManifest('the layer as config', GONE, [{ ...ITEM, Config: 'layer' }]),
  withManifest('the config as layer', GONE, [{ ...ITEM, Layers: ['config'] }]),
  withManifest('100,000 layers', /layers length mismatch/, [
    { ...ITEM, Layers: Array.from({ length: 100_000 }, () => 'layer') },
  ]),
];

function oci(what: string, refusal: RegExp, index: unknown, ...blobs: readonly Bytes[]): BadImageArchive {
  return {
    what: `OCI layout: ${what}`,
    refusal,
    async make() {
      const items = blobs.map(async (content) => ({
        path: `blobs/${(await digestOf(content)).replace(':', '/')}`,
        content,
      }));
      return tarOf({ path: 'index.json', content: json(index) }, ...(await Promise.all(items)));
    },
  };
}

const manifestsOf = (digest: string) => ({ schemaVersion: 2, manifests: [{ mediaType: 'x', size: 2, digest }] });
const empty = json({});
const EMPTY_DIGEST = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';

const layouts: readonly BadImageArchive[] = [
  oci('an index of nothing', /Cannot read index.json/, {}),
  oci('a digest that climbs', /must be a sha256 digest/, manifestsOf('sha256:../../../../etc/passwd')),
  oci('a manifest that is missing', GONE, manifestsOf(digestOfZeros)),
  oci('a manifest of nothing', /Cannot read manifest/, manifestsOf(EMPTY_DIGEST), empty),
  {
    what: 'OCI layout: a manifest that is another',
    refusal: /manifest verification failed/,
    make: async () =>
      tarOf(
        { path: 'index.json', content: json(manifestsOf(digestOfZeros)) },
        { path: `blobs/sha256/${'0'.repeat(64)}`, content: empty },
      ),
  },
];

/** Those that are refused by themselves, in an archive that is good otherwise. */
const layers: readonly BadImageArchive[] = BAD_LAYERS.flatMap(({ what, outcome, make }) =>
  outcome instanceof RegExp
    ? [
        {
          what: `layer: ${what}`,
          refusal: new RegExp(`${outcome.source}|no such file`),
          make: async () => archive({ path: 'layer', content: await make() }),
        },
      ]
    : [],
);

export const BAD_IMAGE_ARCHIVES: readonly BadImageArchive[] = [
  ...files,
  ...configs,
  ...manifests,
  ...layouts,
  ...layers,
];
