// A platform stream (gzip, one way or the other) between two generators, which is how layers go from step to step.

/**
 * @param done gets each piece when the next one is asked for
 * @throws what `chunks` throws, and what the stream makes of damaged bytes
 */
export async function* through(
  stream: ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>,
  chunks: AsyncGenerator<Uint8Array>,
  done: (piece: Uint8Array) => void = () => undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  /** What went wrong with the bytes before they came here: the stream below would tell of itself only. */
  let failure: unknown;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done: ended, value } = await chunks.next().catch((error: unknown) => {
        failure = error;
        throw error;
      });
      // Layers are never in shared memory, which is all that the type leaves open.
      if (ended !== true) controller.enqueue(value as Uint8Array<ArrayBuffer>);
      else controller.close();
    },
    cancel: async () => void (await chunks.return(undefined)),
  });
  const reader = source.pipeThrough(stream).getReader();
  let finished = false;
  try {
    for (;;) {
      const { done: ended, value } = await reader.read();
      finished = ended;
      if (ended) return;
      yield value;
      done(value);
    }
  } catch (error) {
    throw failure ?? error;
  } finally {
    if (!finished) reader.cancel().catch(() => undefined);
  }
}
