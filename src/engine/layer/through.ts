// A platform stream (gzip, one way or the other) between two generators, which is how layers go from step to step.

/** @throws what `chunks` throws, and what the stream makes of damaged bytes */
export async function* through(
  stream: ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>,
  chunks: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  /** What went wrong with the bytes before they came here: the stream below would tell of itself only. */
  let failure: unknown;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await chunks.next().catch((error: unknown) => {
        failure = error;
        throw error;
      });
      // Layers are never in shared memory, which is all that the type leaves open.
      if (done !== true) controller.enqueue(value as Uint8Array<ArrayBuffer>);
      else controller.close();
    },
    cancel: async () => void (await chunks.return(undefined)),
  });
  const reader = source.pipeThrough(stream).getReader();
  let finished = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      finished = done;
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw failure ?? error;
  } finally {
    // The end of the reading goes to the chunks, and never to the stream: see codec-stream.ts.
    if (!finished) chunks.return(undefined).catch(() => undefined);
  }
}
