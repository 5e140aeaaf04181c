// POST /commit: parse, call, answer.
import { Hono } from 'hono';
import { commitContainer } from '../container/commit.ts';
import { configSchema } from '../container/create-request.ts';
import type { ImageMaker } from '../image/image-maker.ts';
import { repoTagReference } from '../image/repo-tag.ts';
import { json, readJson } from './json.ts';
import { Query } from './query.ts';
import type { Services } from './services.ts';

export function commitRoutes({ containers }: Services, maker: ImageMaker): Hono {
  const routes = new Hono();
  routes.post('/commit', async (c) => {
    const request = c.req.raw;
    const config = await readJson(request, configSchema.nullable(), null);
    const query = new Query(request);
    const reference = repoTagReference(query.text('repo'), query.text('tag'));
    const image = await commitContainer(containers, maker, containers.store.get(query.text('container')), {
      author: query.text('author'),
      comment: query.text('comment'),
      changes: query.all('changes'),
      pause: query.flag('pause', true),
      reference,
      config: config ?? undefined,
      signal: request.signal,
    });
    return json({ Id: image.id }, 201);
  });
  return routes;
}
