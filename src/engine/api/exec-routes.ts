// /exec/... and the creation of execs, except for attached starts, which take over the connection (upgrade.ts).
import { Hono } from 'hono';
import { DrydockError } from '../../contracts/errors.ts';
import { activeExec, createExec, execById, runExec, startableExec } from '../container/exec/exec.ts';
import { inspectExec } from '../container/exec/inspect-exec.ts';
import { execRequestSchema, execStartSchema } from '../container/exec/exec-request.ts';
import { resizeExec } from '../container/resize.ts';
import { json, readJson } from './json.ts';
import { Query } from './query.ts';
import type { Services } from './services.ts';

export function execRoutes({ containers }: Services): Hono {
  const routes = new Hono();
  routes.post('/containers/:id/exec', async (c) => {
    const request = await readJson(c.req.raw, execRequestSchema, {});
    const exec = await createExec(containers, c.req.param('id'), request);
    return json({ Id: exec.id }, 201);
  });
  routes.get('/exec/:id/json', (c) => json(inspectExec(execById(containers, c.req.param('id')))));
  routes.post('/exec/:id/start', async (c) => {
    const start = await readJson(c.req.raw, execStartSchema, {});
    const exec = startableExec(containers, c.req.param('id'));
    if (!start.Detach) {
      throw new DrydockError('invalid-argument', `error attaching to exec ${exec.id}, hijack connection missing`);
    }
    await runExec(containers, exec, start);
    return new Response(null, { status: 200 });
  });
  routes.post('/exec/:id/resize', async (c) => {
    const query = new Query(c.req.raw);
    const [rows, cols] = [query.size('h', 'height'), query.size('w', 'width')];
    await resizeExec(containers, activeExec(containers, c.req.param('id')), cols, rows);
    return new Response(null, { status: 200 });
  });
  return routes;
}
