// Some waits have no end of their own: they end when nobody listens any more.

/** Rejects when `signal` aborts; never resolves. */
export function abortion(signal: AbortSignal): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    const give = () => reject(new DOMException('The command was given up', 'AbortError'));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
  promise.catch(() => undefined);
  return promise;
}
