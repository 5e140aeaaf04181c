// Which images `docker images` shows and `docker image prune` takes, filter by filter (moby: daemon/images/image_list.go,
// image_prune.go).
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryImageStore } from '../../../test/support/memory-image-store.ts';
import { Filters } from '../api/filters.ts';
import { parseReference } from '../registry/reference.ts';
import { FakeRegistry } from '../registry/testing/fake-registry.ts';
import type { ImageStore } from './image-store.ts';
import type { ImageUse } from './image-store.ts';
import { IMAGE_FILTERS, listImages } from './list-images.ts';
import { IMAGE_PRUNE_FILTERS, pruneImages } from './prune-images.ts';
import { ImagePuller } from './pull.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const signal = new AbortController().signal;

let store: ImageStore;
let users: Map<string, ImageUse[]>;

/** `old` (two tags), `mid` and `new`, a year, a day and an hour ago; and one that lost its tag a day and a half ago. */
beforeEach(async () => {
  const registry = new FakeRegistry();
  users = new Map();
  const { blobs, store: made } = memoryImageStore({ usedBy: (id) => users.get(id) ?? [] });
  store = made;
  const puller = new ImagePuller({ store, blobs, fetch: registry.fetch, defaultRegistry: registry.base });
  const pull = async (name: string, created: string, Labels?: Record<string, string>): Promise<void> => {
    const layers = [[{ path: 'name', content: `${name} ${created}` }]];
    await registry.push({ name: `library/${name}`, layers, created, config: Labels === undefined ? {} : { Labels } });
    await puller.pull({ reference: parseReference(`${name}:latest`), signal, report: () => undefined });
  };
  await pull('old', '2025-06-01T12:00:00Z', { team: 'a=b', stage: 'prod' });
  await store.tag(store.get('old').id, parseReference('old:v1'), NOW);
  await pull('mid', '2026-05-31T00:00:00Z', { team: 'c' });
  await store.references.change((names) => names.delete(parseReference('mid')));
  await pull('mid', '2026-05-31T12:00:00Z', { team: 'a' });
  await pull('new', '2026-06-01T11:00:00Z');
});

const listed = (filters: object, all = false): string[] => {
  const parsed = Filters.parse(JSON.stringify(filters), IMAGE_FILTERS);
  return listImages(store, { filters: parsed, all, sharedSize: false }, NOW).map(
    ({ RepoTags }) => RepoTags.join(' ') || '<none>',
  );
};
const pruned = async (filters: object): Promise<string[]> => {
  const before = listed({});
  await pruneImages(store, Filters.parse(JSON.stringify(filters), IMAGE_PRUNE_FILTERS), NOW);
  const after = listed({});
  return before.filter((name) => !after.includes(name));
};

const OLD = 'old:latest old:v1';
const [MID, NEW, NONE] = ['mid:latest', 'new:latest', '<none>'] as const;

describe('docker images', () => {
  it.each<[object, string[]]>([
    [{}, [NEW, MID, NONE, OLD]],
    [{ dangling: ['true'] }, [NONE]],
    [{ dangling: ['1', 'true'] }, [NONE]],
    [{ dangling: ['false'] }, [NEW, MID, NONE, OLD]],
    [{ dangling: { true: true } }, [NONE]],
    [{ dangling: ['true'], reference: ['new'] }, []],
    [{ dangling: ['true'], reference: ['mid'] }, [NONE]],
    [{ reference: ['old:v*'] }, ['old:v1']],
    [{ reference: ['n*', 'm*:latest'] }, [NEW, MID]],
    [{ reference: ['nothing'] }, []],
    [{ reference: [] }, [NEW, MID, NONE, OLD]],
    [{ label: ['team'] }, [MID, NONE, OLD]],
    [{ label: ['team=a=b'] }, [OLD]],
    [{ label: ['team', 'stage=prod'] }, [OLD]],
    [{ label: ['team=a', 'team=c'] }, []],
    [{ label: [''] }, []],
    [{ before: ['mid'] }, [NONE, OLD]],
    [{ since: ['mid'] }, [NEW]],
    [{ since: ['old'], before: ['new'] }, [MID, NONE]],
    [{ since: ['old', 'mid'] }, [NEW]],
    [{ before: ['new', 'mid'] }, [NONE, OLD]],
    [{ until: ['24h'] }, [NONE, OLD]],
    [{ until: ['24h1s'] }, [NONE, OLD]],
    [{ until: ['23h59m59s'] }, [MID, NONE, OLD]],
    [{ until: ['2026-05-31'] }, [OLD]],
    [{ until: ['2026-05-31T00:00:01Z', '1h'] }, [NONE, OLD]],
    [{ until: [String(NOW / 1000)] }, [NEW, MID, NONE, OLD]],
  ])('%j', (filters, expected) => {
    expect(listed(filters)).toEqual(expected);
  });

  it.each<[object, string, string]>([
    [{ 'label!': ['x'] }, 'invalid-argument', "invalid filter 'label!'"],
    [{ dangling: ['perhaps'] }, 'invalid-argument', "invalid filter 'dangling=[perhaps]'"],
    [{ dangling: ['false', 'true'] }, 'invalid-argument', "invalid filter 'dangling=[false true]'"],
    [{ dangling: [] }, 'invalid-argument', "invalid filter 'dangling'"],
    [{ dangling: 'true' }, 'invalid-argument', 'invalid filter'],
    [{ label: [1] }, 'invalid-argument', 'invalid filter'],
    [{ before: ['gone'] }, 'not-found', 'No such image: gone:latest'],
    [
      { since: ['Gone'] },
      'invalid-argument',
      'invalid reference format: repository name (library/Gone) must be lowercase',
    ],
    [{ until: ['yesterday'] }, 'internal', 'failed to parse value as time or duration: "yesterday"'],
    [{ until: ['2026-13-01'] }, 'internal', 'parsing time "2026-13-01": month out of range'],
    [{ reference: ['[a'] }, 'internal', 'syntax error in pattern'],
  ])('%j is refused', (filters, code, message) => {
    expect(() => listed(filters)).toThrow(expect.objectContaining({ code, message }) as Error);
  });
});

describe('docker image prune', () => {
  it.each<[object, string[]]>([
    [{}, [NONE]],
    [{ dangling: ['false'] }, [NEW, MID, NONE, OLD]],
    [{ dangling: ['false'], until: ['24h'] }, [MID, NONE, OLD]],
    [{ dangling: ['false'], until: ['24h1s'] }, [NONE, OLD]],
    [{ dangling: ['false'], label: ['team'] }, [MID, NONE, OLD]],
    [{ dangling: ['false'], 'label!': ['team'] }, [NEW]],
    [{ dangling: ['false'], 'label!': ['team=a', 'stage'] }, [NEW, MID, NONE, OLD]],
    [{ dangling: ['false'], label: ['team'], 'label!': ['stage'] }, [MID, NONE]],
    [{ label: ['team=a'] }, []],
  ])('%j', async (filters, expected) => {
    expect(await pruned(filters)).toEqual(expected);
  });

  it('leaves what a container uses its last tag only', async () => {
    users.set(store.get('old').id, [{ containerId: 'c'.repeat(64), running: false }]);
    expect(await pruned({ dangling: ['false'] })).toEqual([NEW, MID, NONE, OLD]);
    expect(listed({})).toEqual(['old:v1']);
  });

  it.each<[object, string, string]>([
    [{ dangling: ['x'] }, 'invalid-argument', "invalid filter 'dangling=[x]'"],
    [{ reference: ['x'] }, 'invalid-argument', "invalid filter 'reference'"],
    [{ until: ['1h', '2h'] }, 'internal', 'more than one until filter specified'],
    [{ until: [''] }, 'internal', 'failed to parse value as time or duration: ""'],
  ])('%j is refused', async (filters, code, message) => {
    await expect(pruned(filters)).rejects.toMatchObject({ code, message });
  });
});

it('one prune runs at a time', async () => {
  const none = Filters.parse('{}', IMAGE_PRUNE_FILTERS);
  const first = pruneImages(store, none, NOW);
  await expect(pruneImages(store, none, NOW)).rejects.toMatchObject({
    code: 'conflict',
    message: 'a prune operation is already running',
  });
  await first;
  expect((await pruneImages(store, none, NOW)).removed).toEqual([]);
});
