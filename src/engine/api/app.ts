// All routes of the Engine API that answer with a plain response.
import { Hono } from 'hono';
import { isDrydockError } from '../../contracts/errors.ts';
import { splitVersion } from './api-version.ts';
import { archiveRoutes } from './archive-routes.ts';
import { containerRoutes } from './container-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { execRoutes } from './exec-routes.ts';
import { pageNotFound, toErrorResponse } from './http-error.ts';
import { linkedPath } from './linked-path.ts';
import { networkRoutes } from './network-routes.ts';
import type { Services } from './services.ts';
import { systemRoutes } from './system-routes.ts';
import { volumeRoutes } from './volume-routes.ts';

/** @param others route groups made elsewhere: images */
export function createApp(services: Services, others: readonly Hono[]): Hono {
  const app = new Hono({ getPath: ({ method, url }) => linkedPath(method, splitVersion(new URL(url).pathname).path) });
  const groups = [
    systemRoutes(services),
    containerRoutes(services),
    archiveRoutes(services),
    execRoutes(services),
    eventRoutes(services),
    networkRoutes(services),
    volumeRoutes(services),
    ...others,
  ];
  for (const group of groups) app.route('/', group);
  app.notFound(pageNotFound);
  app.onError((error, c) => {
    // What carries a code was expected, and its caller is told; anything else is a defect.
    if (!isDrydockError(error)) services.containers.log(`${c.req.method} ${c.req.path} failed: ${String(error)}`);
    return toErrorResponse(error);
  });
  return app;
}
