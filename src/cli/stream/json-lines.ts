// Endless answers (events, pull progress) are JSON values in a row; the engine ends each with a newline.
import { chunks } from './chunks.ts';

/** The raw text of each line; empty ones are left out. */
export async function* textLines(source: ReadableStream<Uint8Array>, stop?: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let buffer = '';
  for await (const chunk of chunks(source, stop)) {
    buffer += decoder.decode(chunk, { stream: true });
    for (let newline = buffer.indexOf('\n'); newline >= 0; newline = buffer.indexOf('\n')) {
      const line = buffer.slice(0, newline).trim();
      buffer = buffer.slice(newline + 1);
      if (line !== '') yield line;
    }
  }
  if (buffer.trim() !== '') yield buffer.trim();
}
