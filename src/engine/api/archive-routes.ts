// /containers/{id}/archive, /changes and /export: parse, call, answer.
import { Hono } from 'hono';
import type { Context } from 'hono';
import { DrydockError } from '../../contracts/errors.ts';
import type { Container } from '../container/container.ts';
import { readArchive, statPath, writeArchive } from '../container/files/archive.ts';
import type { PathStat } from '../container/files/archive.ts';
import { changesOf, exportContainer } from '../container/files/changes.ts';
import { json } from './json.ts';
import { Query } from './query.ts';
import type { Services } from './services.ts';

const STAT_HEADER = 'x-docker-container-path-stat';
const TAR_TYPE = 'application/x-tar';

export function archiveRoutes({ containers }: Services): Hono {
  const routes = new Hono();
  const named = (c: Context): string => c.req.param('id') ?? '';
  const found = (c: Context): Container => containers.store.get(named(c));

  // Hono answers HEAD with the GET handler of the same path.
  routes.get('/containers/:id/archive', async (c) => {
    const path = pathOf(c.req.raw);
    if (c.req.raw.method === 'HEAD') {
      const stat = await statPath(containers, found(c), named(c), path);
      return new Response(null, { headers: { [STAT_HEADER]: encodeStat(stat) } });
    }
    const { stat, tar } = await readArchive(containers, found(c), named(c), path);
    return new Response(tar as ReadableStream<Uint8Array<ArrayBuffer>>, {
      headers: { 'content-type': TAR_TYPE, [STAT_HEADER]: encodeStat(stat) },
    });
  });
  routes.put('/containers/:id/archive', async (c) => {
    const target = { name: named(c), path: pathOf(c.req.raw) };
    const query = new Query(c.req.raw);
    const body: ReadableStream<Uint8Array> = c.req.raw.body ?? new Blob([]).stream();
    await writeArchive(containers, found(c), target, body, {
      copyUidGid: query.flag('copyUIDGID'),
      noOverwriteDirNonDir: query.flag('noOverwriteDirNonDir'),
    });
    return new Response(null, { status: 200 });
  });
  routes.get('/containers/:id/changes', async (c) => json(await changesOf(containers, found(c))));
  routes.get('/containers/:id/export', async (c) => {
    const tar = await exportContainer(containers, found(c), named(c));
    return new Response(tar as ReadableStream<Uint8Array<ArrayBuffer>>, {
      headers: { 'content-type': 'application/octet-stream' },
    });
  });
  return routes;
}

/** @throws DrydockError `invalid-argument` */
function pathOf(request: Request): string {
  const path = new Query(request).text('path');
  // Without the space, as Docker writes it.
  if (path === '') throw new DrydockError('invalid-argument', 'bad parameter: pathcannot be empty');
  return path;
}

function encodeStat(stat: PathStat): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(stat))));
}
