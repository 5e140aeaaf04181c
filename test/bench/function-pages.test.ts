import { describe, expect, it } from 'vitest';
import { pagesOf } from './function-pages.ts';
import type { CalledFunction } from './function-pages.ts';

const code = (name: string, bytes: number): CalledFunction => ({ name, bytes });
const names = (pages: readonly (readonly CalledFunction[])[]) =>
  pages.map((page) => page.map(({ name }) => name).sort());

describe('pagesOf', () => {
  it('puts those that call each other most on one page', () => {
    const [a, b, c, d] = [code('a', 2000), code('b', 2000), code('c', 2000), code('d', 2000)];
    const pages = pagesOf([
      { between: [a, b], times: 10 },
      { between: [c, d], times: 90 },
      { between: [b, c], times: 50 },
    ]);
    expect(names(pages)).toEqual([
      ['c', 'd'],
      ['a', 'b'],
    ]);
  });

  it('joins what became close by joining', () => {
    const [caller, one, other, third] = [
      code('caller', 1000),
      code('one', 1000),
      code('other', 1000),
      code('third', 1500),
    ];
    const pages = pagesOf([
      { between: [one, other], times: 100 },
      { between: [caller, one], times: 30 },
      { between: [caller, other], times: 30 },
      { between: [caller, third], times: 40 },
    ]);
    expect(names(pages)).toEqual([['caller', 'one', 'other'], ['third']]);
  });

  it('leaves a function that is larger than a page alone', () => {
    const [large, small] = [code('large', 5000), code('small', 100)];
    expect(names(pagesOf([{ between: [large, small], times: 1000 }]))).toEqual([['large'], ['small']]);
  });

  it('fills pages with those that have nothing to do with each other', () => {
    const graph = Array.from({ length: 8 }, (_, index) => {
      const itself = code(`f${index}`, 1000);
      return { between: [itself, itself] as const, times: 10 - index };
    });
    expect(names(pagesOf(graph))).toEqual([
      ['f0', 'f1', 'f2', 'f3'],
      ['f4', 'f5', 'f6', 'f7'],
    ]);
  });

  it('has no pages for nothing', () => {
    expect(pagesOf([])).toEqual([]);
  });
});
