// An image of our own registry tree as `docker load` takes it: the peer gets the very bytes that our engine pulls.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { tarArchive } from '../../emulator/lib/tar.ts';
import { PUBLIC_DIRECTORY } from '../../src/node/paths.ts';

interface Index {
  readonly manifests: readonly { readonly digest: string }[];
}

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
}

/** @param repository with `library/`. Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset Format" */
export async function dockerArchive(repository: string, tag: string): Promise<Uint8Array> {
  const folder = join(PUBLIC_DIRECTORY, 'v2', repository);
  const readJson = async <T>(path: string) => JSON.parse(await readFile(join(folder, path), 'utf8')) as T;
  const top = await readJson<Manifest | Index>(join('manifests', tag));
  const manifest =
    'manifests' in top ? await readJson<Manifest>(join('manifests', top.manifests[0]?.digest ?? '')) : top;
  const blob = (digest: string) => readFile(join(folder, 'blobs', digest));

  const layers = await Promise.all(
    manifest.layers.map(async ({ digest }, index) => ({
      path: `${index}.tar`,
      data: await promisify(gunzip)(await blob(digest)),
    })),
  );
  const config = { path: 'config.json', data: await blob(manifest.config.digest) };
  const RepoTags = [`${repository.replace(/^library\//, '')}:${tag}`];
  const contents = [{ Config: config.path, RepoTags, Layers: layers.map(({ path }) => path) }];
  const list = { path: 'manifest.json', data: Buffer.from(JSON.stringify(contents)) };
  return tarArchive(
    [...layers, config, list].map((file) => ({ ...file, type: 'file', mode: 0o644 })),
    0,
  );
}
