import { expect, it } from 'vitest';
import { z } from 'zod';
import { readJson } from './json.ts';

const schema = z.looseObject({ Text: z.string() });

function post(body: string): Request {
  return new Request('http://docker/x', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
}

it('reads a body of some megabytes, whole', async () => {
  const text = 'ü'.repeat(3_000_000);
  expect((await readJson(post(JSON.stringify({ Text: text })), schema)).Text).toBe(text);
});

it('refuses one that would fill the memory', async () => {
  const request = post(JSON.stringify({ Text: 'x'.repeat(17 * 1024 * 1024) }));
  await expect(readJson(request, schema)).rejects.toMatchObject({
    code: 'invalid-argument',
    message: 'invalid JSON: http: request body too large',
  });
});
