// Archives without a manifest, as Docker 1.9 and before saved them, that are broken or hostile: the part of the corpus
// (bad-image-archives.ts) in which every folder is an image and names its parent.
import { tarOf } from '../../src/engine/layer/testing/tar-archive.ts';
import type { TarItem } from '../../src/engine/layer/testing/tar-archive.ts';
import type { BadImageArchive } from './bad-image-archives.ts';

const LAYER = tarOf({ path: 'etc/name', content: 'app' });
const [A, B] = ['a'.repeat(64), 'b'.repeat(64)] as const;
/** More than there may be layers on each other. */
const TOO_MANY = 126;

function folder(id: string, json: object | string, layer: TarItem | undefined = undefined): TarItem[] {
  const text = typeof json === 'string' ? json : JSON.stringify({ id, os: 'linux', ...json });
  return [{ path: `${id}/json`, content: text }, layer ?? { path: `${id}/layer.tar`, content: LAYER }];
}

const names = (repositories: unknown): TarItem => ({ path: 'repositories', content: JSON.stringify(repositories) });
const APP = names({ app: { '1': A } });

function legacy(what: string, refusal: RegExp, ...items: readonly TarItem[]): BadImageArchive {
  return { what: `folders: ${what}`, refusal, make: () => Promise.resolve(tarOf(...items)) };
}

export const BAD_LEGACY_ARCHIVES: readonly BadImageArchive[] = [
  legacy('without a config', /^open .*\/etc\/json: no such file or directory$/, { path: 'etc/name', content: 'x' }),
  legacy('without a layer', /\/layer\.tar: no such file/, { path: `${A}/json`, content: '{}' }, APP),
  legacy('without names', /^open .*\/repositories: no such file or directory$/, ...folder(A, {})),
  legacy('a parent that is missing', new RegExp(`/${B}/json: no such file`), ...folder(A, { parent: B }), APP),
  legacy('a parent that climbs', /no such file/, ...folder(A, { parent: '../../../etc/passwd' }), APP),
  legacy('its own parent', /lead back to a{64}$/, ...folder(A, { parent: A }), APP),
  legacy(
    'parents in a circle',
    /its parents lead back to/,
    ...folder(A, { parent: B }),
    ...folder(B, { parent: A }),
    APP,
  ),
  legacy(
    'a layer that is a link in a circle',
    /layer\.tar: no such file/,
    ...folder(A, {}, { path: `${A}/layer.tar`, type: '2', linkPath: `../${A}/layer.tar` }),
    APP,
  ),
  legacy('a layer that is none', /no such file/, ...folder(A, {}, { path: `${A}/layer.tar`, content: 'text' }), APP),
  legacy('a config that is no JSON', /it is not JSON/, ...folder(A, '{'), APP),
  legacy('a config that is a list', /is no object/, ...folder(A, '[]'), APP),
  legacy('a config of another system', /cannot load windows image on linux/, ...folder(A, { os: 'windows' }), APP),
  legacy(
    'a config with labels that are a list',
    /config\.Labels/,
    ...folder(A, { docker_version: '1.9.0', config: { Labels: [] } }),
    APP,
  ),
  legacy(
    'a name of an image that is not there',
    /^invalid target ID: b{64}$/,
    ...folder(A, {}),
    names({ app: { '1': B } }),
  ),
  legacy('a name of an object', /^invalid target ID: /, ...folder(A, {}), names({ app: { '1': {} } })),
  legacy('a name that makes no sense', /^invalid reference format/, ...folder(A, {}), names({ 'a//b': { '1': A } })),
  legacy('a tag that makes no sense', /^invalid tag format$/, ...folder(A, {}), names({ app: { 'a b': A } })),
  legacy('a name after one that is good', /^invalid target ID/, ...folder(A, {}), names({ app: { '1': A, '2': B } })),
  legacy(
    'too many layers on each other',
    /^max depth exceeded$/,
    ...Array.from({ length: TOO_MANY }, (_, at) =>
      folder(`layer${at}`, at === 0 ? {} : { parent: `layer${at - 1}` }),
    ).flat(),
    names({ app: { '1': `layer${TOO_MANY - 1}` } }),
  ),
  legacy(
    'parents of 50,000 images',
    /max depth exceeded|json: no such file/,
    ...Array.from({ length: 50_000 }, (_, at) => ({
      path: `l${at}/json`,
      content: `{"parent":"l${at + 1}"}`,
    })),
  ),
];
