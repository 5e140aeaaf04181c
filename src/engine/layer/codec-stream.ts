// What a platform's codec (gzip, one way or the other) makes of a stream, for readers that may go at any time.
//
// Nobody may cancel the stream that a CompressionStream or DecompressionStream gives in Node 20. A read wakes the program's
// stream below it in the next tick; a cancel before that closes the web stream at once and that program's stream later, so that
// what it still holds is enqueued to a closed stream. The error is thrown where nobody can catch it, and ends the process
// (nodejs/node issue 54205). Left alone, a codec that nobody reads waits for room, and goes with the garbage.

/** @param source its `cancel` is told when the reader goes */
export function codecStream(
  codec: ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>,
  source: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array> {
  const reader = new ReadableStream(source, { highWaterMark: 0 }).pipeThrough(codec).getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => source.cancel?.(reason),
    },
    { highWaterMark: 0 },
  );
}
