// Reads a stream piece by piece. Not every browser iterates streams by itself yet.

/** Leaving the loop early cancels the stream; so does `stop`, which ends the loop. */
export async function* chunks(source: ReadableStream<Uint8Array>, stop?: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = source.getReader();
  let ended = false;
  const cancel = () => void reader.cancel().catch(() => undefined);
  if (stop?.aborted === true) cancel();
  stop?.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        ended = true;
        return;
      }
      yield value;
    }
  } finally {
    stop?.removeEventListener('abort', cancel);
    if (!ended) await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}
