import { describe, expect, it } from 'vitest';
import { ScratchFile } from './scratch-file.ts';
import { FakeDisk } from './testing/fake-opfs.ts';

async function setUp({ allowanceBytes, memoryBytes = 0 }: { allowanceBytes?: number; memoryBytes?: number } = {}) {
  const disk = new FakeDisk(allowanceBytes);
  const folder = await disk.all.getDirectoryHandle('own');
  return { folder, scratch: await ScratchFile.create(folder, 'scratch', memoryBytes) };
}

const filled = (byte: number, bytes: number) => new Uint8Array(bytes).fill(byte);

const isFilled = (bytes: Uint8Array, byte: number) => bytes.every((each) => each === byte);

describe('ScratchFile', () => {
  it.each([0, 500_000, 4_000_000])('gives back what it was given, with %i bytes in memory', async (memoryBytes) => {
    const { scratch, folder } = await setUp({ memoryBytes });
    const sizes = [0, 1, 100, 400_000, 200_000, 3_000_000, 7, 600_000, 524_288, 524_289, 5];
    const kept = sizes.map((bytes, index) => {
      const content = scratch.keep(filled(index + 1, bytes));
      if (index % 3 === 0) expect(isFilled(content.subarray(), index + 1)).toBe(true);
      return content;
    });
    for (const [index, content] of kept.entries()) {
      const bytes = sizes[index] ?? 0;
      expect(content.length).toBe(bytes);
      expect(isFilled(content.subarray(), index + 1)).toBe(true);
      expect(content.subarray()).toHaveLength(bytes);
      expect(content.subarray(Math.max(0, bytes - 3)).length).toBe(Math.min(3, bytes));
      expect(content.subarray(0, 9e9).length).toBe(bytes);
      expect(content.subarray(2, 1)).toHaveLength(0);
    }
    await scratch.remove();
    expect(folder.files.size).toBe(0);
  });

  it.each([0, 100])('does not keep what it was given, which may change (%i bytes in memory)', async (memoryBytes) => {
    const { scratch } = await setUp({ memoryBytes });
    const bytes = filled(1, 10);
    const content = scratch.keep(bytes);
    bytes.fill(2);
    expect(content.subarray(0, 2)).toEqual(filled(1, 2));
  });

  it('says when there is no more room', async () => {
    const { scratch, folder } = await setUp({ allowanceBytes: 1_000_000, memoryBytes: 1000 });
    scratch.keep(filled(1, 900_000));
    expect(() => scratch.keep(filled(1, 900_000))).toThrow(expect.objectContaining({ code: 'no-space' }));
    await scratch.remove();
    expect(folder.files.size).toBe(0);
  });
});
