import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withJitThreshold } from './jit-threshold.ts';
import { PROJECT_DIRECTORY } from './paths.ts';

const v86 = new Uint8Array(await readFile(join(PROJECT_DIRECTORY, 'node_modules/v86/build/v86.wasm')));

it('changes the number in the v86 that there is, and nothing else', () => {
  const changed = withJitThreshold(v86, 1_000_000);
  expect(WebAssembly.validate(changed)).toBe(true);
  expect(changed.length).toBe(v86.length);
  expect([...changed.keys()].filter((at) => changed[at] !== v86[at])).toHaveLength(2);
  expect(() => withJitThreshold(changed, 300_000)).toThrow('not compared with 200000 in one place');
});

it('leaves what it was given as it is', () => {
  const before = v86.slice();
  withJitThreshold(v86, 500_000);
  expect(Buffer.from(v86).equals(before)).toBe(true);
});

it('makes code that compares with the new number', async () => {
  // (func (export "f") (param i32) (result i32) local.get 0, i32.const 200000, i32.lt_u)
  const module = Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0],
    ...[10, 11, 1, 9, 0, 0x20, 0, 0x41, 0xc0, 0x9a, 0x0c, 0x49, 0x0b],
  ]);
  const { instance } = await WebAssembly.instantiate(withJitThreshold(module, 1_000_000));
  const { f } = instance.exports as { f: (value: number) => number };
  expect([999_999, 1_000_000].map(f)).toEqual([1, 0]);
});

it('refuses what it cannot change', () => {
  expect(() => withJitThreshold(v86, 8_191)).toThrow(RangeError);
  expect(() => withJitThreshold(v86, 1_048_576)).toThrow(RangeError);
  expect(() => withJitThreshold(new Uint8Array([...v86, ...v86]), 1_000_000)).toThrow('in one place');
});
