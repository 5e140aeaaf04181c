import { expect, it } from 'vitest';
import { readLines } from './read-lines.ts';

async function linesOf(chunks: Uint8Array[]): Promise<string[]> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const lines: string[] = [];
  for await (const line of readLines(stream)) lines.push(line);
  return lines;
}

it('joins lines cut at any byte, multi-byte characters included', async () => {
  const bytes = new TextEncoder().encode('{"a":"é"}\r\n\n{"b":"世"}');
  for (let cut = 0; cut <= bytes.length; cut++) {
    const lines = await linesOf([bytes.subarray(0, cut), bytes.subarray(cut)]);
    expect(lines.map((line) => line.trim())).toEqual(['{"a":"é"}', '{"b":"世"}']);
  }
});

it('gives nothing for nothing', async () => {
  expect(await linesOf([])).toEqual([]);
});
