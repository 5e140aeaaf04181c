// The door itself: versions, Docker's headers on every answer, and no exception past this point.
import type { Hono } from 'hono';
import { API_VERSION, DOCKER_VERSION } from '../../contracts/engine-api.ts';
import type { EngineDoor, UpgradedConnection } from '../../contracts/engine-api.ts';
import { isDrydockError } from '../../contracts/errors.ts';
import { requireSupported, splitVersion } from './api-version.ts';
import { toErrorResponse } from './http-error.ts';
import type { Services } from './services.ts';
import { upgrade } from './upgrade.ts';

const HEADERS: Readonly<Record<string, string>> = {
  'Api-Version': API_VERSION,
  'Docker-Experimental': 'false',
  Ostype: 'linux',
  Server: `Docker/${DOCKER_VERSION} (linux)`,
};

export function createDoor(app: Hono, services: Services): EngineDoor {
  const log = (request: Request, error: unknown): void => {
    services.containers.log(`${request.method} ${request.url} failed: ${String(error)}`);
  };
  const guarded = async <T>(request: Request, answer: () => Promise<T>): Promise<T | Response> => {
    try {
      requireSupported(splitVersion(new URL(request.url).pathname).version);
      return await answer();
    } catch (error) {
      // What carries a code was expected, and its caller is told; anything else is a defect.
      if (!isDrydockError(error)) log(request, error);
      return toErrorResponse(error);
    }
  };
  return {
    async fetch(request) {
      return withHeaders(await guarded(request, async () => app.fetch(request)));
    },
    async upgrade(request): Promise<UpgradedConnection | Response> {
      const answer = await guarded(request, () => upgrade(services, request));
      if (answer instanceof Response) return withHeaders(answer);
      return { response: withHeaders(answer.response), stream: answer.stream };
    },
  };
}

function withHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
  return response;
}
