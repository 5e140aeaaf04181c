// Search where there is one, and plain words where there is none.
import { describe, expect, it } from 'vitest';
import { Filters } from '../api/filters.ts';
import { SEARCH_FILTERS, searchImages } from './search.ts';

const results = [
  { name: 'busybox', description: 'small', star_count: 300, is_official: true, is_automated: true },
  { name: 'ada/busybox', star_count: 2 },
];

function search(term: string, { filters = '', limit = 0, answer = () => Response.json({ results }) } = {}) {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = (input) => {
    asked.push(input instanceof Request ? input.url : String(input));
    return Promise.resolve(answer());
  };
  const found = searchImages({
    term,
    limit,
    filters: Filters.parse(filters, SEARCH_FILTERS),
    credentials: undefined,
    fetch,
    defaultRegistry: new URL('https://page.test/some/v2/'),
    signal: new AbortController().signal,
  });
  return { found, asked };
}

describe('searchImages', () => {
  it('asks the registry that the term names', async () => {
    const hub = search('library/busybox');
    expect((await hub.found).map(({ name }) => name)).toEqual(['busybox', 'ada/busybox']);
    expect(hub.asked).toEqual(['https://page.test/some/v1/search?q=busybox&n=25']);
    const own = search('localhost:5000/a b', { limit: 3 });
    expect(await own.found).toContainEqual({
      name: 'ada/busybox',
      description: '',
      star_count: 2,
      is_official: false,
      is_automated: false,
    });
    expect(own.asked).toEqual(['http://localhost:5000/v1/search?q=a+b&n=3']);
  });

  it('filters what it found', async () => {
    const names = async (filters: string) => (await search('x', { filters }).found).map(({ name }) => name);
    expect(await names('{"is-official":{"true":true}}')).toEqual(['busybox']);
    expect(await names('{"is-official":{"false":true}}')).toEqual(['ada/busybox']);
    expect(await names('{"stars":{"3":true}}')).toEqual(['busybox']);
    expect(await names('{"is-automated":{"true":true}}')).toEqual([]);
  });

  it('says when there is nothing to search in', async () => {
    const page = () => new Response('<html>', { headers: { 'content-type': 'text/html' } });
    await expect(search('x', { answer: page }).found).rejects.toThrow(
      'Cannot search docker.io (served by https://page.test/some/v2/): it has no search',
    );
    const missing = () => Response.json({}, { status: 404 });
    await expect(search('x', { answer: missing }).found).rejects.toThrow('Unexpected status code 404');
    const odd = () => Response.json([1]);
    await expect(search('x', { answer: odd }).found).rejects.toThrow('error decoding registry search results');
    await expect(search('x', { limit: 101 }).found).rejects.toThrow('limit 101 is outside the range of [1, 100]');
    await expect(search('https://x').found).rejects.toThrow('should not have a scheme');
  });
});
