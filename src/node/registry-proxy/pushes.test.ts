import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { failureIn, refused, setUpProxy } from './testing/proxy-setup.ts';

describe('pushes', () => {
  it('go through where the configuration allows them, with where to go on as a path', async () => {
    let body = '';
    const { ask, asked, upstream } = await setUpProxy(
      (request, response) => {
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          response
            .writeHead(202, { location: `${upstreamOf(request)}/v2/app/blobs/uploads/2?_state=a`, range: '0-4' })
            .end();
        });
      },
      { registry: { push: true } },
    );
    const headers = { 'content-range': '0-4', 'content-type': 'application/octet-stream' };
    const answer = await ask('proxy/r.example/v2/app/blobs/uploads/1?_state=b', {
      method: 'PATCH',
      headers,
      body: 'layer',
    });
    expect(answer).toMatchObject({
      status: 202,
      headers: { location: '/v2/app/blobs/uploads/2?_state=a', range: '0-4' },
    });
    expect(body).toBe('layer');
    expect(asked[0]).toMatchObject({ method: 'PATCH', url: '/v2/app/blobs/uploads/1?_state=b' });
    expect(asked[0]?.headers).toMatchObject({ 'content-range': '0-4', 'content-type': 'application/octet-stream' });
    expect(upstream).toBe(`http://${asked[0]?.headers.host ?? ''}`);
  });

  it('are refused otherwise', async () => {
    const { ask } = await setUpProxy(() => undefined);
    expect(failureIn(await ask('proxy/r.example/v2/app/blobs/uploads/', { method: 'POST' }))).toEqual(
      refused(403, 'DENIED', 'no pushes'),
    );
  });
});

function upstreamOf({ headers }: IncomingMessage): string {
  return `http://${headers.host ?? ''}`;
}
