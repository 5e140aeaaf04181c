import { describe, expect, it } from 'vitest';
import { parseConfig } from './proxy-config.ts';
import type { ProxyConfig } from './proxy-config.ts';
import { routeOf } from './proxy-route.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const config = parseConfig(
  JSON.stringify({
    proxy: {
      registries: {
        'docker.io': { repositories: ['library/*'] },
        'own.example:5000': { push: true, repositories: ['team/**'], tokens: ['https://auth.example/token'] },
      },
    },
  }),
  'test',
) as ProxyConfig;

function routed(method: string, address: string): string {
  const { kind, registry, url } = routeOf(config, method, address);
  return `${kind} of ${registry.name}: ${url.href}`;
}

describe('routeOf', () => {
  it.each([
    ['GET', 'docker.io/v2/', 'api of docker.io: https://registry-1.docker.io/v2/'],
    [
      'HEAD',
      'docker.io/v2/library/alpine/manifests/3.20',
      'api of docker.io: https://registry-1.docker.io/v2/library/alpine/manifests/3.20',
    ],
    [
      'GET',
      `docker.io/v2/library/alpine/manifests/${DIGEST}?x=1`,
      `api of docker.io: https://registry-1.docker.io/v2/library/alpine/manifests/${DIGEST}`,
    ],
    [
      'GET',
      `docker.io/v2/library/alpine/blobs/${DIGEST}`,
      `blob of docker.io: https://registry-1.docker.io/v2/library/alpine/blobs/${DIGEST}`,
    ],
    [
      'GET',
      'docker.io/v2/library/alpine/tags/list?n=5&last=a%26b&x=1',
      'api of docker.io: https://registry-1.docker.io/v2/library/alpine/tags/list?n=5&last=a%26b',
    ],
    ['GET', 'docker.io/v1/search?q=web&x=1', 'search of docker.io: https://index.docker.io/v1/search?q=web'],
    [
      'GET',
      'docker.io/token?realm=https%3A%2F%2Fauth.docker.io%2Ftoken&scope=a%3Ab',
      'token of docker.io: https://auth.docker.io/token?scope=a%3Ab',
    ],
    [
      'POST',
      'own.example:5000/token?realm=https://own.example:5000/v2/auth',
      'token of own.example:5000: https://own.example:5000/v2/auth',
    ],
    [
      'POST',
      `own.example:5000/v2/team/app/blobs/uploads/?mount=${DIGEST}&from=team/a/b`,
      `upload of own.example:5000: https://own.example:5000/v2/team/app/blobs/uploads/?mount=${DIGEST}&from=team/a/b`,
    ],
    [
      'PATCH',
      'own.example:5000/v2/team/app/blobs/uploads/1-2?_state=x%3D',
      'upload of own.example:5000: https://own.example:5000/v2/team/app/blobs/uploads/1-2?_state=x%3D',
    ],
    [
      'PUT',
      'own.example:5000/v2/team/app/manifests/v1',
      'api of own.example:5000: https://own.example:5000/v2/team/app/manifests/v1',
    ],
  ])('takes %s %s', (method, address, route) => {
    expect(routed(method, address)).toBe(route);
  });

  it.each([
    // Not on the list, whatever it is spelled like.
    ['GET', 'evil.example/v2/', 403, '"evil.example": its configuration has docker.io, own.example:5000'],
    ['GET', 'own.example/v2/', 403, '"own.example"'],
    ['GET', 'own.example:5001/v2/', 403, '"own.example:5001"'],
    ['GET', 'docker.io/v2/team/app/manifests/v1', 403, '"team/app" of docker.io'],
    ['GET', `own.example:5000/v2/other/blobs/${DIGEST}`, 403, '"other" of own.example:5000'],
    ['PUT', 'docker.io/v2/library/alpine/manifests/v1', 403, 'no pushes'],
    ['POST', 'docker.io/v2/library/alpine/blobs/uploads/', 403, 'no pushes'],
    ['POST', `own.example:5000/v2/team/app/blobs/uploads/?mount=${DIGEST}&from=other/app`, 403, '"other/app"'],
    ['GET', 'docker.io/token?realm=https://evil.example/token', 403, '"https://evil.example/token" is not where'],
    ['GET', 'docker.io/token?realm=https://auth.docker.io/other', 403, 'is not where'],
    ['GET', 'docker.io/token?realm=http://auth.docker.io/token', 403, 'is not where'],
    ['GET', 'docker.io/token?realm=https://u@registry-1.docker.io/token', 403, 'is not where'],
    ['GET', 'docker.io/token', 403, '"" is not where'],
    // Spelled as no registry's address is.
    ['GET', 'docker.io', 404, 'nothing of a registry'],
    ['GET', 'docker.io/', 404, 'nothing of a registry'],
    ['GET', 'docker.io/v2', 404, 'nothing of a registry'],
    ['GET', 'docker.io/v2/../admin', 404, 'nothing of a registry'],
    ['GET', 'docker.io/v2/library/../../admin/manifests/v1', 404, 'nothing of a registry'],
    ['GET', 'docker.io/v2/library%2falpine/manifests/v1', 404, 'nothing of a registry'],
    ['GET', 'docker.io/v2/library/alpine/manifests/%2e%2e', 404, 'nothing of a registry'],
    ['GET', 'docker.io/v2/library/alpine/manifests/..', 404, 'nothing of a registry'],
    ['GET', 'docker.io/v2/library/alpine/blobs/sha256:1', 404, 'nothing of a registry'],
    ['GET', 'docker.io/v2//alpine/tags/list', 404, 'nothing of a registry'],
    ['GET', 'docker.io\\@evil.example/v2/', 404, 'nothing of a registry'],
    ['GET', 'docker.io@evil.example/v2/', 404, 'nothing of a registry'],
    ['GET', 'docker.io%2f/v2/', 404, 'nothing of a registry'],
    ['GET', 'DOCKER.IO/v2/', 404, 'nothing of a registry'],
    ['GET', `docker.io/v2/library/${'a/'.repeat(5000)}tags/list`, 404, 'nothing of a registry'],
    ['DELETE', 'own.example:5000/v2/team/app/manifests/v1', 405, 'DELETE'],
    ['OPTIONS', 'docker.io/v2/', 405, 'OPTIONS'],
    ['GET', 'own.example:5000/v2/team/app/blobs/uploads/', 405, 'GET'],
    ['PUT', 'docker.io/token?realm=https://auth.docker.io/token', 405, 'PUT'],
  ])('refuses %s %s with %i', (method, address, status, message) => {
    expect(() => routeOf(config, method, address)).toThrow(
      expect.objectContaining({ status, message: expect.stringContaining(message) as string }) as Error,
    );
  });
});
